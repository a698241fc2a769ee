import { planDecoding } from "../decoding/decoding-plan.ts";
import { streamsFor, windowFor } from "../decoding/streams.node.ts";
import type { Translation } from "../decoding/translated-text.ts";
import { openTranslator, type Translator } from "../decoding/translator.ts";
import { ensembleOf } from "../runs/ensemble.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import { openOutput, refuseInputAsOutput } from "../runs/output-file.node.ts";
import { readShortlist } from "../runs/shortlist-file.node.ts";
import type { Engine } from "../runtime/engine.ts";
import { oneLine } from "../text/escape.ts";
import { quoted } from "../text/quoted.ts";
import type { CompanionLines } from "./companion-lines.ts";
import { companionLines } from "./companion-lines.ts";
import { cutLines } from "./cut-lines.ts";
import { inputWindows } from "./input-lines.ts";
import type { Io } from "./io.ts";
import { lineCounter } from "./line-counter.ts";
import { quantization } from "./quantization.ts";
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
  const run = openRunOf(options.run, "translate");
  const others = options.ensemble.map((directory) => openRunOf(directory, "translate"));
  const ensemble = ensembleOf([run, ...others], [options.run, ...options.ensemble]);
  const decoding = decodingOf(options, run);
  const quantize = quantization(options.quantize);
  const shortlist = options.shortlist
    ? readShortlist(options.run, run.tokenizers, `heed shortlist ${quoted(options.run)} --pairs FILE`)
    : undefined;
  // Refuse bad options before reading a line, and name them by their flags.
  planDecoding({ ...decoding, ...ensemble, shortlist }, decodingFlag);
  const open = async (lines: number): Promise<Translator> =>
    openTranslator({
      engine: await engine,
      batch: options.batch,
      quantize,
      shortlist,
      ...decoding,
      ...ensemble,
      ...streamsFor(lines, options.batch, ensemble.weights),
    });
  const references =
    options.target === undefined ? undefined : companionLines(options.target, "standard input");
  const attention = options.attention === undefined ? undefined : jsonLines(options.attention);
  const counter = lineCounter(io, "translate");
  let translator: Translator | undefined;
  let cut = 0;
  let unknown = 0;
  try {
    for await (const window of inputWindows(io, options.invalidUtf8, windowFor(options.batch))) {
      translator ??= await open(window.length);
      if (references) cut += await writeScores(translator, window, references, options.json, io);
      else {
        for (const translation of await translator.translate(window)) {
          if (translation.isCut) cut += 1;
          for (const { tokens } of translation.hypotheses) unknown += countUnknown(tokens);
          await writeTranslation(translation, options.json, io);
          attention?.write(attentionOf(translation));
        }
      }
      counter.add(window.length);
      if (io.signal.aborted) break;
    }
    await references?.end();
    if (cut > 0) io.say(cutLines(cut, ensemble.maxLength));
    if (unknown > 0 && !options.replaceUnknown) io.say(unknownTokens(unknown));
  } finally {
    counter.end();
    translator?.close();
    attention?.close();
    await references?.close();
  }
  return 0;
}

async function writeTranslation({ source, hypotheses }: Translation, json: boolean, io: Io): Promise<void> {
  if (!json) for (const { text } of hypotheses) await io.writeLine(oneLine(text));
  else {
    const plain = hypotheses.map(({ text, score, tokens }) => ({ text, score, tokens }));
    await io.writeLine(JSON.stringify({ source, hypotheses: plain }));
  }
}

/** Writes the scores of a window; returns how many of its lines were cut. */
async function writeScores(
  translator: Translator,
  window: readonly string[],
  references: CompanionLines,
  json: boolean,
  io: Io,
): Promise<number> {
  const pairs: { source: string; target: string }[] = [];
  for (const source of window) pairs.push({ source, target: (await references.next()).line });
  let cut = 0;
  for (const { isCut, ...result } of await translator.score(pairs)) {
    if (isCut) cut += 1;
    await io.writeLine(json ? JSON.stringify(result) : String(result.score));
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

function jsonLines(path: string): { write: (line: object) => void; close: () => void } {
  const { write, close } = openOutput(path);
  return { write: (line) => write(`${JSON.stringify(line)}\n`), close };
}
