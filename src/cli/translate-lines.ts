import { planDecoding } from "../decoding/decoding-plan.ts";
import { shortlistOf } from "../decoding/shortlist.ts";
import { streamsFor, windowFor } from "../decoding/streams.node.ts";
import type { Translation } from "../decoding/translated-text.ts";
import { openTranslator, type Translator } from "../decoding/translator.ts";
import { ensembleOf } from "../runs/ensemble.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { refuseInputAsOutput } from "../runs/output-file.node.ts";
import { readShortlist, shortlistPath } from "../runs/shortlist-file.node.ts";
import type { Engine } from "../runtime/engine.ts";
import { oneLine } from "../text/escape.ts";
import { quoted } from "../text/quoted.ts";
import type { CompanionLines } from "./companion-lines.ts";
import { companionLines } from "./companion-lines.ts";
import { cutLines } from "./cut-lines.ts";
import { type Flow, shardedFlow, wholeFlow } from "./flow.ts";
import { inputLines, patientWindows } from "./input-lines.ts";
import type { Io } from "./io.ts";
import { lineCounter } from "./line-counter.ts";
import { missingTerms } from "./missing-terms.ts";
import { partAbout } from "./part-about.ts";
import { quantization } from "./quantization.ts";
import { readGlossary } from "./read-glossary.ts";
import { shardOf } from "./shard.ts";
import {
  checkSampling,
  checkTarget,
  decodingFlag,
  decodingOf,
  type TranslateLinesOptions,
} from "./translate-options.ts";
import { countUnknown, unknownTokens } from "./unknown-tokens.ts";

/** Translates, or scores, the lines of standard input. */
export async function translateLines(
  options: TranslateLinesOptions,
  io: Io,
  engine: Promise<Engine>,
): Promise<number> {
  checkTarget(options);
  if (options.attention !== undefined) refuseInputAsOutput(options.attention, [0, options.target]);
  checkSampling(options);
  shardOf(options);
  const run = openRunOf(options.run, "translate");
  const others = options.ensemble.map((directory) => openRunOf(directory, "translate"));
  const ensemble = ensembleOf([run, ...others], [options.run, ...options.ensemble]);
  const decoding = decodingOf(options, run);
  const quantize = quantization(options.quantize);
  const shortlist = options.shortlist
    ? shortlistOf(
        readShortlist(options.run, run.tokenizers, `heed shortlist ${quoted(options.run)} --pairs FILE`),
      )
    : undefined;
  const glossary = options.glossary === undefined ? undefined : readGlossary(options.glossary);
  // Refuse bad options before reading a line, and name them by their flags.
  planDecoding({ ...decoding, ...ensemble, shortlist, glossary }, decodingFlag);
  const open = async (lines: number): Promise<Translator> =>
    openTranslator({
      engine: await engine,
      batch: options.batch,
      quantize,
      shortlist,
      glossary,
      ...decoding,
      ...ensemble,
      signal: io.signal,
      ...streamsFor(lines, options.batch, ensemble.weights),
    });
  const references =
    options.target === undefined ? undefined : companionLines(options.target, "standard input");
  const lines = besides(inputLines(io, options.invalidUtf8), references);
  const flow = await flowOf(lines, [run, ...others], options, io);
  if (!flow) return 0;
  const counter = lineCounter(io, "translate");
  let translator: Translator | undefined;
  let cut = 0;
  let unknown = 0;
  let missing = 0;
  try {
    for await (const window of flow.windows) {
      translator ??= await open(Math.max(window.length, flow.leastLines));
      if (references) cut += await writeScores(translator, window, options.json, flow);
      else {
        for (const translation of await translator.translate(window.map(({ source }) => source))) {
          if (translation.isCut) cut += 1;
          missing += translation.missingTerms?.length ?? 0;
          for (const { tokens } of translation.hypotheses) unknown += countUnknown(tokens);
          await writeTranslation(translation, options.json, flow);
          if (options.attention !== undefined) flow.writeBesides(JSON.stringify(attentionOf(translation)));
        }
      }
      counter.add(window.length);
      if (io.signal.aborted) break;
    }
    if (!io.signal.aborted) flow.end();
    if (cut > 0) io.say(cutLines(cut, ensemble.maxLength));
    if (missing > 0) io.say(missingTerms(missing));
    if (unknown > 0 && !options.replaceUnknown) io.say(unknownTokens(unknown));
  } finally {
    counter.end();
    translator?.close();
    flow.close();
    await references?.close();
  }
  return 0;
}

/** A line to translate, or to score its translation. */
interface Line {
  readonly source: string;
  readonly target: string | undefined;
}

/** Lines, each with its translation where there are any. @throws ERR_DATA for another number of translations */
async function* besides(
  sources: AsyncGenerator<string>,
  references: CompanionLines | undefined,
): AsyncGenerator<Line> {
  for await (const source of sources) yield { source, target: (await references?.next())?.line };
  await references?.end();
}

/** Where lines go: undefined when the part is there already. */
async function flowOf(
  lines: AsyncGenerator<Line>,
  runs: readonly TranslatorRun[],
  options: TranslateLinesOptions,
  io: Io,
): Promise<Flow<Line> | undefined> {
  const part = shardOf(options);
  if (!part) return wholeFlow(patientWindows(lines, windowFor(options.batch)), io, options.attention);
  const files = [options.shortlist ? shortlistPath(options.run) : undefined, options.glossary];
  const about = await partAbout({
    command: "translate",
    runs,
    options,
    without: ["ensemble", "target", "glossary"],
    files,
  });
  const textOf = ({ source, target }: Line): string =>
    (target === undefined ? [source] : [source, target]).join("\t");
  return shardedFlow({ ...part, about, items: lines, textOf }, io);
}

async function writeTranslation(
  { source, hypotheses, missingTerms }: Translation,
  json: boolean,
  { writeLine }: Pick<Io, "writeLine">,
): Promise<void> {
  if (!json) for (const { text } of hypotheses) await writeLine(oneLine(text));
  else {
    const plain = hypotheses.map(({ text, score, tokens }) => ({ text, score, tokens }));
    await writeLine(JSON.stringify({ source, hypotheses: plain, missingTerms }));
  }
}

/** Writes the scores of a window; returns how many of its lines were cut. */
async function writeScores(
  translator: Translator,
  window: readonly Line[],
  json: boolean,
  { writeLine }: Pick<Io, "writeLine">,
): Promise<number> {
  const pairs = window.map(({ source, target = "" }) => ({ source, target }));
  let cut = 0;
  for (const { isCut, ...result } of await translator.score(pairs)) {
    if (isCut) cut += 1;
    await writeLine(json ? JSON.stringify(result) : String(result.score));
  }
  return cut;
}

/** A line of the attention file: `weights` has a row for each token and a column for each source token. */
const attentionOf = ({ source, sourceTokens, hypotheses }: Translation): object => ({
  source,
  sourceTokens,
  hypotheses: hypotheses.flatMap(({ attention, attentionTokens }) =>
    attention ? [{ tokens: attentionTokens, weights: attention }] : [],
  ),
});
