import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseConfig } from "../config/parse.ts";
import type { Translator } from "../decoding/translator.ts";
import { heedError } from "../errors.ts";
import { corpusBleu } from "../evaluation/bleu.ts";
import { corpusChrf } from "../evaluation/chrf.ts";
import { type PhrasebookPair, phrasebook } from "../phrasebook/phrasebook.ts";
import { matrixInTerminal } from "../pictures/terminal-matrix.ts";
import { holdsRun, isFree, makeWritable } from "../runs/directory.node.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import { writeOutput } from "../runs/output-file.node.ts";
import { translatorOver } from "../runs/ready.ts";
import { trainRun } from "../runs/train-run.node.ts";
import {
  type AlignedSample,
  type MeasuredAlignment,
  measureAlignment,
} from "../tasks/translate/alignment.ts";
import { isBlank } from "../text/blank.ts";
import { quoted } from "../text/quoted.ts";
import { device } from "./device.ts";
import type { Io } from "./io.ts";
import { QUICKSTART } from "./quickstart-config.ts";
import { type QuickstartResult, quickstartReport } from "./quickstart-report.ts";
import { trainingProgress } from "./training-progress.ts";

export interface QuickstartOptions {
  readonly texts: readonly string[];
  readonly directory: string;
  readonly device: string;
}

const SHOWN = 10;
const RESULT = "result.json";
const REPORT = "report.html";

/** Runs everything from the corpus to the report. @returns undefined when a signal stopped it */
export async function quickstart(options: QuickstartOptions, io: Io): Promise<QuickstartResult | undefined> {
  const began = performance.now();
  const config = parseConfig(QUICKSTART, "quickstart");
  const runDirectory = join(options.directory, "run");
  removeEarlier(options.directory, runDirectory);
  const corpus = phrasebook({ seed: config.seed });
  showCorpus(corpus.train, io);

  io.say("\nTraining a Transformer on them:");
  const engine = await device(options.device, io);
  io.say(`device: ${engine.description}`);
  let parameters = 0;
  const events = trainingProgress(io);
  const trainStart = performance.now();
  const summary = await trainRun({
    config,
    directory: runDirectory,
    engine,
    signal: io.signal,
    ...events,
    onStart: (about) => {
      parameters = about.parameters;
      events.onStart(about);
    },
  });
  if (summary.reason === "signal") return undefined;
  const trainSeconds = (performance.now() - trainStart) / 1000;

  const run = openRunOf(runDirectory, "translate");
  const translator = await translatorOver(run, engine);
  const sources = corpus.test.map(({ source }) => source);
  const references = corpus.test.map(({ target }) => target);
  const hypotheses = (await translator.translate(sources)).map(
    (translation) => translation.hypotheses[0]?.text ?? "",
  );
  const bleu = corpusBleu(hypotheses, [references]);
  const chrf = corpusChrf(hypotheses, [references]);
  const alignment = await measureAlignment(engine, run, corpus);

  io.say(`\nOn ${sources.length} test sentences of the same grammar, unseen in both languages:`);
  io.say(`  BLEU ${bleu.score.toFixed(1)}   chrF ${chrf.score.toFixed(1)}   (100 is perfect)`);
  const [aer, average] = [alignment.aer, alignment.averageAer].map((rate) => (100 * rate).toFixed(1));
  io.say(
    `  alignment error rate ${aer} % (0 is perfect): ${alignment.where}, chosen on validation sentences;`,
  );
  io.say(`  ${average} % for the mean of all layers and heads\n`);
  for (let i = 0; i < SHOWN; i++) {
    const mark = hypotheses[i] === references[i] ? " " : `   reference: ${references[i]}`;
    io.say(`  ${sources[i]}  →  ${hypotheses[i]}${mark}`);
  }
  showMatrix(alignment, io);
  const typed = await translateTyped(options.texts, translator, io);

  const seconds = (performance.now() - began) / 1000;
  const result = {
    bleu: bleu.score,
    chrf: chrf.score,
    aer: alignment.aer,
    seconds,
    trainSeconds,
    parameters,
    device: engine.description,
  };
  writeOutput(join(options.directory, RESULT), `${JSON.stringify(result, null, 2)}\n`);
  const report = quickstartReport({
    log: readFileSync(join(runDirectory, "metrics.jsonl"), "utf8").split("\n"),
    config: run.config,
    result,
    bleuSignature: bleu.signature,
    pairs: corpus.train.length,
    tested: corpus.test.map(({ source, target }, i) => ({
      source,
      reference: target,
      hypothesis: hypotheses[i] ?? "",
    })),
    typed,
    alignment,
  });
  writeOutput(join(options.directory, REPORT), report);
  sayWhatNext(options.directory, seconds, io);
  if (options.texts.length === 0) await prompt(translator, io);
  translator.close();
  return result;
}

/** Deletes the run of an earlier quickstart. @throws ERR_CREATE for files that are not from one */
function removeEarlier(directory: string, run: string): void {
  const results = [RESULT, REPORT].some((name) => existsSync(join(directory, name)));
  if (!holdsRun(run) && (results || !isFree(run))) {
    const cause = "holds files that quickstart did not write";
    throw heedError("ERR_CREATE", { where: directory, cause, remedy: "choose another --out directory" });
  }
  makeWritable(directory);
  rmSync(run, { recursive: true, force: true });
}

function showCorpus(pairs: readonly PhrasebookPair[], io: Io): void {
  io.say(`The phrasebook: ${pairs.length} English-French pairs, generated by a grammar. Some of them:\n`);
  const step = Math.floor(pairs.length / 6);
  for (let i = 0; i < 6; i++) {
    const pair = pairs[i * step];
    if (pair) io.say(`  ${pair.source}  →  ${pair.target}`);
  }
}

function showMatrix({ samples, where }: MeasuredAlignment, io: Io): void {
  // A sentence whose words change order shows the most.
  const crossed = ({ pair: { links } }: AlignedSample): number =>
    links.filter(([s, t]) => links.some(([s2, t2]) => s2 > s && t2 < t)).length;
  const [sample] = [...samples]
    .filter(
      ({ aligned, pair }) =>
        aligned.sourceWords.length <= 9 && pair.links.length <= aligned.targetWords.length + 1,
    )
    .sort((a, b) => crossed(b) - crossed(a));
  if (!sample) return;
  const { aligned, pair } = sample;
  io.say("\nWhere the model looks in the English sentence (across) as it writes each French word (down).");
  io.say(`Cross-attention, given the reference translation: ${where}.\n`);
  const colour = io.terminal?.hasColors?.() ?? false;
  const lines = matrixInTerminal({
    source: aligned.sourceWords,
    target: aligned.targetWords,
    weights: aligned.weights,
    gold: pair.links,
    colour,
    columns: io.terminal?.columns ?? 100,
  });
  for (const line of lines) io.say(`  ${line}`);
}

async function translateTyped(
  texts: readonly string[],
  translator: Translator,
  io: Io,
): Promise<{ source: string; hypothesis: string }[]> {
  const translated = await translator.translate(texts);
  return translated.map(({ source, hypotheses }) => {
    const hypothesis = hypotheses[0]?.text ?? "";
    io.say(`\n  ${source}  →  ${hypothesis}`);
    return { source, hypothesis };
  });
}

function sayWhatNext(directory: string, seconds: number, io: Io): void {
  io.say(
    `\n${Math.round(seconds)} seconds. Curves, translations and attention: ${join(directory, "report.html")}`,
  );
  io.say("\nNext:");
  io.say(`  echo "We see the green car." | npx heed translate ${quoted(join(directory, "run"))}`);
  const config = join(directory, "run", "config.yaml");
  const guided = "--set training.guidedAlignment.links=phrasebook";
  io.say(`  npx heed train ${quoted(config)} --run ${quoted(join(directory, "guided"))} ${guided}`);
  io.say("                                                 the same, with a head taught where to look");
  io.say(
    "  npx heed train config.yaml --run runs/mine     your own TSV: `npx heed train --help` shows a config",
  );
  io.say("  npx heed --help");
}

/** Translates typed sentences until an empty line. */
async function prompt(translator: Translator, io: Io): Promise<void> {
  if (!io.terminal || !process.stdin.isTTY) return;
  io.say("\nType English sentences (an empty line quits):");
  const lines = createInterface({ input: process.stdin, output: io.terminal });
  try {
    for (let line = await lines.question("> ", io); !isBlank(line); line = await lines.question("> ", io)) {
      const [translated] = await translator.translate([line]);
      io.say(`  ${translated?.hypotheses[0]?.text ?? ""}`);
    }
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
  } finally {
    lines.close();
  }
}
