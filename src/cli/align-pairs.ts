import { readPairs } from "../data/pairs.node.ts";
import { streamsFor } from "../decoding/streams.node.ts";
import { heedError } from "../errors.ts";
import {
  type AlignmentScore,
  alignmentTally,
  type Link,
  parseAlignment,
  turnLinks,
} from "../evaluation/alignment.ts";
import { type Symmetrisation, symmetrisations, symmetrise } from "../evaluation/symmetrise.ts";
import { type AlignedWords, openAligner } from "../inspect/alignment/aligner.ts";
import { type AlignmentReading, describeReading } from "../inspect/alignment/alignment-reading.ts";
import { crossAttentionHeads, forcedLimits } from "../inspect/alignment/forced-decoding.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { type ChoiceOptions, chooseReadings } from "./choose-reading.ts";
import { companionLines } from "./companion-lines.ts";
import { cutLines } from "./cut-lines.ts";
import type { Io } from "./io.ts";
import { lineCounter } from "./line-counter.ts";

export interface AlignOptions extends ChoiceOptions {
  readonly run: string;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly pairs?: string | undefined;
  readonly reverse?: string | undefined;
  readonly symmetrise: string;
  readonly gold?: string | undefined;
  readonly probabilities: boolean;
  readonly json: boolean;
}

/** Pairs aligned and written at a time: memory stays flat however many there are. */
const WINDOW = 2048;

/** Aligns the pairs of a test set line by line. */
export async function alignPairs(
  options: AlignOptions,
  io: Io,
  engine: () => Promise<Engine>,
): Promise<number> {
  const method = methodOf(options);
  const run = openAttending(options.run);
  const reverse = options.reverse === undefined ? undefined : openAttending(options.reverse);
  const opened = await engine();
  const pairs = pairsOf(options);
  const readings = await chooseReadings({ run, reverse, engine: opened, options, io });
  const forward = await open(run, opened, readings.forward);
  const backward = reverse && (await open(reverse, opened, readings.backward));
  const gold = options.gold === undefined ? undefined : companionLines(options.gold, "the test set");
  const tally = alignmentTally();
  const counter = lineCounter(io, "align");
  io.say(`attention read: ${describeReading(readings.forward)}`);
  if (reverse) io.say(`of the other direction: ${describeReading(readings.backward)}`);
  const maxLength = Math.min(...[run, reverse ?? run].map(({ config }) => config.model.maxLength));
  let cut = 0;
  try {
    for await (const window of windows(pairs, WINDOW)) {
      const there = await forward.align(window);
      const back = await backward?.align(
        window.map(({ source, target }) => ({ source: target, target: source })),
      );
      for (const [i, aligned] of there.entries()) {
        if (aligned.isCut || back?.[i]?.isCut) cut += 1;
        const links = back
          ? symmetrise(aligned.links, turnLinks((back[i] as AlignedWords).links), method)
          : aligned.links;
        if (gold) {
          const { line, where } = await gold.next();
          tally.add(links, parseAlignment(line, where));
        }
        await io.writeLine(lineOf(links, aligned, options));
      }
      counter.add(window.length);
      if (io.signal.aborted) break;
    }
    if (cut > 0) io.say(cutLines(cut, maxLength));
    if (gold && !io.signal.aborted) {
      await gold.end();
      await writeScore(tally.score(), options.json, io);
    }
  } finally {
    counter.end();
    forward.close();
    backward?.close();
    await gold?.close();
  }
  return 0;
}

const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

function methodOf({ symmetrise: name, reverse, probabilities }: AlignOptions): Symmetrisation {
  const method = symmetrisations.find((each) => each === name);
  if (!method) throw usage("--symmetrise", `"${name}" is unknown`, `choose ${symmetrisations.join(", ")}`);
  if (probabilities && reverse !== undefined)
    throw usage("--probabilities", "links of two directions have no one probability", "leave out --reverse");
  return method;
}

/** A translator that looks at its source. @throws ERR_INPUT for one that does not */
function openAttending(directory: string): TranslatorRun {
  const run = openRunOf(directory, "translate");
  if (crossAttentionHeads(run.model).length > 0) return run;
  const cause = "the model does not attend to its source, so there is nothing to read links from";
  throw heedError("ERR_INPUT", { where: directory, cause, remedy: "choose a model with attention" });
}

function pairsOf({ pairs, source, target }: AlignOptions): AsyncIterable<{ source: string; target: string }> {
  if (pairs !== undefined && source === undefined && target === undefined) return readPairs({ pairs });
  if (pairs === undefined && source !== undefined && target !== undefined)
    return readPairs({ source, target });
  throw usage(
    "heed align",
    "no sentence pairs, or two sorts of them",
    "give --pairs, or --source and --target",
  );
}

const open = (run: TranslatorRun, engine: Engine, reading: AlignmentReading) =>
  openAligner({
    engine,
    ...streamsFor(WINDOW, forcedLimits.sentences, run.weights),
    model: run.model,
    weights: run.weights,
    tokenizers: run.tokenizers,
    maxLength: run.config.model.maxLength,
    reading,
  });

function lineOf(
  links: readonly Link[],
  { weights }: AlignedWords,
  { json, probabilities }: AlignOptions,
): string {
  const weight = ({ source, target }: Link): number => weights[target]?.[source] ?? 0;
  if (json) {
    const listed = links.map((link) => [link.source, link.target, ...(probabilities ? [weight(link)] : [])]);
    return JSON.stringify({ links: listed });
  }
  return links
    .map((link) => `${link.source}-${link.target}${probabilities ? `:${weight(link).toFixed(4)}` : ""}`)
    .join(" ");
}

async function* windows<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let window: T[] = [];
  for await (const item of items) {
    window.push(item);
    if (window.length < size) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

async function writeScore(score: AlignmentScore, json: boolean, io: Io): Promise<void> {
  const { aer, precision, recall, links } = score;
  if (json) await io.writeLine(JSON.stringify({ aer, precision, recall, links }));
  else {
    const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
    io.say(
      `AER ${percent(aer)}, precision ${percent(precision)}, recall ${percent(recall)} over ${links} links`,
    );
  }
}
