import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseConfig } from "../config/parse.ts";
import { openTranslator, type Translator } from "../decoding/translator.ts";
import { heedError } from "../errors.ts";
import { alignmentErrorRate } from "../evaluation/alignment.ts";
import { corpusBleu } from "../evaluation/bleu.ts";
import { corpusChrf } from "../evaluation/chrf.ts";
import type { AlignedWords } from "../inspect/aligner.ts";
import { openAligner } from "../inspect/aligner.ts";
import type { AlignmentReading } from "../inspect/alignment-reading.ts";
import { chooseByGold, describeReading } from "../inspect/alignment-reading.ts";
import { readBothRows } from "../inspect/cross-attention.ts";
import { goldAlignment, type PhrasebookPair, phrasebook } from "../phrasebook/phrasebook.ts";
import { alignmentSvg } from "../pictures/alignment-svg.ts";
import { alignmentsSection } from "../pictures/sections/alignments.ts";
import { translationsSection } from "../pictures/sections/translations.ts";
import { matrixInTerminal } from "../pictures/terminal-matrix.ts";
import { trainingReport } from "../pictures/training-report.ts";
import { holdsRun, isFree, makeWritable } from "../runs/directory.node.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { writeOutput } from "../runs/output-file.node.ts";
import { trainRun } from "../runs/train-run.node.ts";
import type { Engine } from "../runtime/engine.ts";
import { tasks } from "../tasks/tasks.ts";
import { isBlank } from "../text/blank.ts";
import { device } from "./device.ts";
import type { Io } from "./io.ts";
import { trainingProgress } from "./training-progress.ts";

/** Small enough for two cores and three minutes, large enough to learn the whole grammar. */
const CONFIG = `
seed: 1
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
tokenizer: { kind: bpe, vocab: 1500 }
model: { layers: 2, dModel: 128, heads: 4, feedForward: 256, dropout: 0.0, norm: pre, maxLength: 128 }
training:
  batchTokens: 2048
  epochs: 5
  learningRate: 5.0e-3
  schedule: cosine
  warmup: 100
  validBleu: 200
  average: 0
  keep: 1
decoding: { beam: 4, alpha: 0.6 }
`;

export interface QuickstartResult {
  readonly bleu: number;
  readonly chrf: number;
  /** Alignment error rate of cross-attention against the gold links, 0 to 1. */
  readonly aer: number;
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly parameters: number;
  readonly device: string;
}

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
  const config = parseConfig(CONFIG, "quickstart");
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
  const translator = await openTranslator({
    engine,
    ...run,
    ...run.tokenizers,
    ...run.config.decoding,
    maxLength: run.config.model.maxLength,
  });
  const { beam } = run.config.decoding;
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
  const translations = [
    ...typed,
    ...sources.slice(0, 40).map((source, i) => ({
      source,
      reference: references[i] ?? "",
      hypothesis: hypotheses[i] ?? "",
    })),
  ];
  const report = trainingReport(readFileSync(join(runDirectory, "metrics.jsonl"), "utf8").split("\n"), {
    title: "Heed quickstart",
    subtitle: `English to French, learnt in ${Math.round(trainSeconds)} seconds from ${corpus.train.length.toLocaleString("en-US")} pairs generated by a grammar. Tested on ${sources.length} more sentences of the same grammar, unseen in both languages; other English is translated far worse.`,
    facts: [
      ["BLEU, test sentences", bleu.score.toFixed(1)],
      ["chrF, test sentences", chrf.score.toFixed(1)],
      ["Alignment error rate", `${(100 * alignment.aer).toFixed(1)} %`],
      ["Parameters", `${(parameters / 1e6).toFixed(2)} million`],
      ["Training", `${Math.round(trainSeconds)} s on ${result.device}`],
      ["BLEU signature", bleu.signature],
    ],
    scores: tasks.translate.scores,
    curvesNote: `Curves follow the model in training; BLEU is on ${run.config.training.validBleu} validation sentences with greedy search. The figures above are for the model that did best in validation, on the test sentences${beam > 1 ? ` with a beam of ${beam}` : ""}.`,
    sections: [
      translationsSection(
        translations,
        `${typed.length > 0 ? "Sentences you typed, then the" : "The"} first 40 test sentences, translated by the kept model with a beam of ${beam}.`,
      ),
      alignmentsSection(
        alignment.samples.slice(0, 8).map(({ pair, aligned }) => ({
          svg: alignmentSvg({
            source: aligned.sourceWords,
            target: aligned.targetWords,
            weights: aligned.weights,
            gold: pair.links,
            title: `${pair.source} → ${pair.target}`,
          }),
          caption: `${alignment.where} · ${pair.rule}`,
        })),
        "Cross-attention of the kept model on test sentences, given their reference translations.",
      ),
    ],
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

interface Sample {
  readonly pair: PhrasebookPair;
  readonly aligned: AlignedWords;
}

interface MeasuredAlignment {
  readonly aer: number;
  /** The same for the mean over all layers and heads, at the step that writes a word. */
  readonly averageAer: number;
  /** The layer, head and row that the weights come from. */
  readonly where: string;
  readonly samples: readonly Sample[];
}

/**
 * The alignment error rate of cross-attention against the gold links of the test set. The row, layer, head and threshold
 * are chosen on the validation set.
 */
async function measureAlignment(
  engine: Engine,
  { model, weights, tokenizers, config }: TranslatorRun,
  { valid, test }: { valid: readonly PhrasebookPair[]; test: readonly PhrasebookPair[] },
): Promise<MeasuredAlignment> {
  const aligned = await readBothRows({ engine, model, weights, ...tokenizers }, valid);
  const { reading } = chooseByGold(aligned, valid.map(goldAlignment));
  const gold = test.map(goldAlignment);
  const align = async (read: AlignmentReading): Promise<AlignedWords[]> => {
    const { maxLength } = config.model;
    const aligner = await openAligner({ engine, model, weights, tokenizers, reading: read, maxLength });
    try {
      return await aligner.align(test);
    } finally {
      aligner.close();
    }
  };
  const aerOf = (all: readonly AlignedWords[]): number =>
    alignmentErrorRate(
      all.map(({ links }) => links),
      gold,
    ).aer;
  const chosen = await align(reading);
  const average = await align({ row: "output", layer: "mean", head: "mean", share: 1 });
  return {
    aer: aerOf(chosen),
    averageAer: aerOf(average),
    where: describeReading(reading),
    samples: chosen.map((words, i) => ({ pair: test[i] as PhrasebookPair, aligned: words })),
  };
}

function showMatrix({ samples, where }: MeasuredAlignment, io: Io): void {
  // A sentence whose words change order shows the most.
  const crossed = ({ pair: { links } }: Sample): number =>
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
  io.say(`  echo "We see the green car." | npx heed translate ${join(directory, "run")}`);
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
