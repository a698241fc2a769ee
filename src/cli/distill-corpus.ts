import { existsSync } from "node:fs";
import { extname } from "node:path";
import { studentConfig } from "../config/student.ts";
import { hashFiles, readLines } from "../data/files.node.ts";
import { streamsFor } from "../decoding/streams.node.ts";
import type { TranslatedText, Translation } from "../decoding/translated-text.ts";
import { heedError } from "../errors.ts";
import { formatAlignment } from "../evaluation/alignment.ts";
import { sentenceBleu } from "../evaluation/bleu.ts";
import { openAligner } from "../inspect/alignment/aligner.ts";
import { describeReading } from "../inspect/alignment/alignment-reading.ts";
import { crossAttentionHeads } from "../inspect/alignment/forced-decoding.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { openOutput, writeOutput } from "../runs/output-file.node.ts";
import { translatorOver } from "../runs/ready.ts";
import type { Engine } from "../runtime/engine.ts";
import { isBlank } from "../text/blank.ts";
import { oneLine } from "../text/escape.ts";
import { quoted } from "../text/quoted.ts";
import { chooseReadings } from "./choose-reading.ts";
import { companionLines } from "./companion-lines.ts";
import { type DistilledLine, type DistilledParts, openParts } from "./distilled-parts.ts";
import type { Io } from "./io.ts";
import { modelHash } from "./model-hash.ts";
import { progress } from "./progress.ts";
import { quantization } from "./quantization.ts";

export interface DistillOptions {
  readonly run: string;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly to?: string | undefined;
  readonly beam?: number | undefined;
  readonly alpha?: number | undefined;
  readonly quantize?: string | undefined;
  readonly batch: number;
  readonly json: boolean;
}

/** Lines translated and kept at a time: what an interruption costs at most. */
const WINDOW = 2048;
/** Lines after which a signal is looked for. */
const SLICE = 256;

/** A line and, where there is one, its reference. */
interface Line {
  readonly source: string;
  readonly reference: string | undefined;
}

/**
 * Sequence-level distillation: the teacher's translations of a text become the corpus of a student, whose configuration is
 * written beside them.
 *
 * @see Kim & Rush 2016, section 3.3 - https://arxiv.org/abs/1606.07947
 */
export async function distillCorpus(
  options: DistillOptions,
  io: Io,
  engine: () => Promise<Engine>,
): Promise<number> {
  const { source, to } = required(options);
  if (existsSync(to)) {
    const remedy = "choose another --to, or remove it";
    throw heedError("ERR_CREATE", { where: to, cause: "is there already", remedy });
  }
  const base = to.slice(0, to.length - extname(to).length);
  const run = openRunOf(options.run, "translate");
  const beam = options.beam ?? run.config.decoding.beam;
  const alpha = options.alpha ?? run.config.decoding.alpha;
  if (options.target !== undefined && beam === 1)
    throw usage("--target", "a beam of 1 leaves nothing to choose from", "set --beam to 2 or more");
  const quantize = quantization(options.quantize);
  let total = 0;
  for await (const _ of readLines(source)) total += 1;
  if (total === 0)
    throw heedError("ERR_DATA", { where: source, cause: "there are no lines", remedy: "give it sentences" });
  const read = [source, ...(options.target === undefined ? [] : [options.target])];
  const about = { lines: await hashFiles(read), teacher: modelHash(run), beam, alpha, quantize };
  const parts = openParts(`${base}.parts`, about);
  const distil = opener({ run, options: { ...options, beam, alpha, quantize }, io, engine });
  const bar = progress(io, "distill", total, 0);
  let [at, done] = [0, 0];
  try {
    for await (const window of windowsOf(source, options.target)) {
      if (io.signal.aborted) break;
      if (!parts.has(at)) {
        const lines = await (await distil.open()).lines(window);
        if (io.signal.aborted) break;
        parts.write(at, lines);
      }
      at += 1;
      done += window.length;
      bar.update(done, `${done} lines`);
    }
  } finally {
    bar.end();
    distil.close();
  }
  if (done < total) {
    io.say(`stopped after ${done} of ${total} lines; the same command goes on from there`);
    return 0;
  }
  const files = writeCorpus(base, parts, at, crossAttentionHeads(run.model).length > 0);
  writeOutput(to, studentConfig(run.config, { source, ...files }, options.run));
  parts.remove();
  if (options.json) await io.writeLine(JSON.stringify({ config: to, lines: total, source, ...files }));
  else io.say(`${to}: ${total} lines; next: heed train ${quoted(to)}`);
  return 0;
}

const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

function required({ source, to }: DistillOptions): { readonly source: string; readonly to: string } {
  if (source === undefined) throw usage("heed distill", "no --source FILE", "name the lines to translate");
  if (to === undefined) throw usage("heed distill", "no --to CONFIG", "name the configuration to write");
  if (extname(to) === "") throw usage("--to", "is a file without an ending", "write it as student.yaml");
  return { source, to };
}

/** Lines with their references, a window at a time. @throws ERR_DATA for another number of references */
async function* windowsOf(source: string, target: string | undefined): AsyncGenerator<Line[]> {
  const references = target === undefined ? undefined : companionLines(target, source);
  let window: Line[] = [];
  try {
    for await (const line of readLines(source)) {
      window.push({ source: line, reference: (await references?.next())?.line });
      if (window.length < WINDOW) continue;
      yield window;
      window = [];
    }
    await references?.end();
  } finally {
    await references?.close();
  }
  if (window.length > 0) yield window;
}

interface Opening {
  readonly run: TranslatorRun;
  readonly options: DistillOptions & { readonly beam: number; readonly quantize: "int8" | undefined };
  readonly io: Io;
  readonly engine: () => Promise<Engine>;
}

interface Distilling {
  /** None once a signal has come. */
  readonly lines: (window: readonly Line[]) => Promise<DistilledLine[]>;
  readonly close: () => void;
}

/** Opens the teacher when the first line needs it: what is done already needs none. */
function opener(opening: Opening): { readonly open: () => Promise<Distilling>; readonly close: () => void } {
  let opened: Promise<Distilling> | undefined;
  return {
    open: () => {
      opened ??= openTeacher(opening);
      return opened;
    },
    close: () =>
      void opened?.then(
        ({ close }) => close(),
        () => undefined,
      ),
  };
}

async function openTeacher({ run, options, io, engine: open }: Opening): Promise<Distilling> {
  const engine = await open();
  const { beam, alpha, batch, quantize, target } = options;
  const translator = await translatorOver(run, engine, {
    beam,
    ...(alpha === undefined ? {} : { alpha }),
    best: target === undefined ? 1 : beam,
    batch,
    quantize,
    ...streamsFor(WINDOW, batch, run.weights),
  });
  const aligner = await alignerOf(run, engine, io);
  return {
    lines: async (window) => {
      const translations: Translation[] = [];
      for (let at = 0; at < window.length && !io.signal.aborted; at += SLICE) {
        const slice = window.slice(at, at + SLICE);
        translations.push(...(await translator.translate(slice.map(({ source }) => source))));
      }
      if (io.signal.aborted) return [];
      const texts = translations.map(({ hypotheses }, i) => chosen(hypotheses, window[i]?.reference));
      const linked = [...texts.keys()].filter((i) => !isBlank(texts[i] as string));
      const pairs = linked.map((i) => ({ source: window[i]?.source ?? "", target: texts[i] as string }));
      const aligned = await aligner?.align(pairs);
      const links = new Map(linked.map((i, n) => [i, formatAlignment(aligned?.[n]?.links ?? [])]));
      return texts.map((text, i) => [text, links.get(i) ?? ""]);
    },
    close: () => {
      translator.close();
      aligner?.close();
    },
  };
}

/** The hypothesis most like the reference, by BLEU of the sentence; without one, the likeliest. */
function chosen(hypotheses: readonly TranslatedText[], reference: string | undefined): string {
  const texts = hypotheses.map(({ text }) => oneLine(text));
  if (reference === undefined || isBlank(reference)) return texts[0] ?? "";
  const scores = texts.map((text) => sentenceBleu(text, [reference]).score);
  return texts[scores.indexOf(Math.max(...scores))] ?? "";
}

async function alignerOf(run: TranslatorRun, engine: Engine, io: Io) {
  const { model, weights, tokenizers } = run;
  if (crossAttentionHeads(model).length === 0) {
    io.say("the teacher does not attend to its source: the student's attention is not guided");
    return undefined;
  }
  const { forward: reading } = await chooseReadings({ run, reverse: undefined, engine, options: {}, io });
  io.say(`links for the student's attention: ${describeReading(reading)}`);
  const { maxLength } = run.config.model;
  return openAligner({ engine, model, weights, tokenizers, maxLength, reading });
}

/** Puts the parts together. @returns the files: of translations and, if the teacher attends, of links */
function writeCorpus(
  base: string,
  parts: DistilledParts,
  windows: number,
  isLinked: boolean,
): { readonly target: string; readonly links?: string } {
  const [target, links] = [`${base}.target`, `${base}.links`];
  const files = [openOutput(target), ...(isLinked ? [openOutput(links)] : [])];
  try {
    for (let window = 0; window < windows; window++) {
      const lines = parts.read(window);
      for (const [column, file] of files.entries())
        file.write(lines.map((line) => `${line[column]}\n`).join(""));
    }
  } finally {
    for (const file of files) file.close();
  }
  return { target, ...(isLinked ? { links } : {}) };
}
