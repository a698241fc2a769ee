import { streamsFor } from "../decoding/streams.node.ts";
import { heedError } from "../errors.ts";
import { alignmentTally, type Link, parseAlignment, turnLinks } from "../evaluation/alignment.ts";
import { type Symmetrisation, symmetrisations, symmetrise } from "../evaluation/symmetrise.ts";
import { type AlignedWords, type Aligner, openAligner } from "../inspect/alignment/aligner.ts";
import { type AlignmentReading, describeReading } from "../inspect/alignment/alignment-reading.ts";
import { crossAttentionHeads, forcedLimits } from "../inspect/alignment/forced-decoding.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { writeAlignmentScore } from "./alignment-score.ts";
import { type ChoiceOptions, chooseReadings, type Readings } from "./choose-reading.ts";
import { type CompanionLines, companionLines } from "./companion-lines.ts";
import { cutLines } from "./cut-lines.ts";
import { type Flow, shardedFlow, wholeFlow } from "./flow.ts";
import { type GivenPairs, givenPairs } from "./given-pairs.ts";
import type { Io } from "./io.ts";
import { lineCounter } from "./line-counter.ts";
import { partAbout } from "./part-about.ts";
import { BLOCK } from "./part-file.ts";
import { type ShardValues, shardOf } from "./shard.ts";

export interface AlignOptions extends ChoiceOptions, GivenPairs, ShardValues {
  readonly run: string;
  readonly reverse?: string | undefined;
  readonly symmetrise: string;
  readonly gold?: string | undefined;
  readonly probabilities: boolean;
  readonly json: boolean;
}

/** Pairs aligned and written at a time: memory stays flat however many there are. */
const WINDOW = BLOCK;

/** Aligns the pairs of a test set line by line. */
export async function alignPairs(
  options: AlignOptions,
  io: Io,
  engine: () => Promise<Engine>,
): Promise<number> {
  const method = methodOf(options);
  shardOf(options);
  const run = openAttending(options.run);
  const reverse = options.reverse === undefined ? undefined : openAttending(options.reverse);
  const opened = await engine();
  const gold = options.gold === undefined ? undefined : companionLines(options.gold, "the test set");
  const pairs = besides(givenPairs("heed align", options), gold);
  const readings = await chooseReadings({ run, reverse, engine: opened, options, io });
  const flow = await flowOf(pairs, reverse ? [run, reverse] : [run], readings, options, io);
  if (!flow) return 0;
  let forward: Aligner | undefined;
  let backward: Aligner | undefined;
  const tally = alignmentTally();
  const counter = lineCounter(io, "align");
  io.say(`attention read: ${describeReading(readings.forward)}`);
  if (reverse) io.say(`of the other direction: ${describeReading(readings.backward)}`);
  const maxLength = Math.min(...[run, reverse ?? run].map(({ config }) => config.model.maxLength));
  let cut = 0;
  try {
    forward = await open(run, opened, readings.forward);
    backward = reverse && (await open(reverse, opened, readings.backward));
    for await (const window of flow.windows) {
      const there = await forward.align(window);
      const back = await backward?.align(
        window.map(({ source, target }) => ({ source: target, target: source })),
      );
      for (const [i, aligned] of there.entries()) {
        if (aligned.isCut || back?.[i]?.isCut) cut += 1;
        const links = back
          ? symmetrise(aligned.links, turnLinks((back[i] as AlignedWords).links), method)
          : aligned.links;
        const known = window[i]?.gold;
        if (known) tally.add(links, parseAlignment(known.line, known.where));
        await flow.writeLine(lineOf(links, aligned, options));
      }
      counter.add(window.length);
      if (io.signal.aborted) break;
    }
    if (cut > 0) io.say(cutLines(cut, maxLength));
    if (io.signal.aborted) return 0;
    flow.end(gold ? { gold: tally.counts() } : {});
    if (gold && options.shard === undefined) await writeAlignmentScore(tally.score(), options.json, io);
  } finally {
    counter.end();
    forward?.close();
    backward?.close();
    flow.close();
    await gold?.close();
  }
  return 0;
}

/** A pair and, where there are any, its known links. */
interface KnownPair {
  readonly source: string;
  readonly target: string;
  readonly gold: { readonly line: string; readonly where: string } | undefined;
}

/** Pairs, each with its known links where there are any. @throws ERR_DATA for another number of links */
async function* besides(
  pairs: AsyncIterable<{ source: string; target: string }>,
  gold: CompanionLines | undefined,
): AsyncGenerator<KnownPair> {
  for await (const pair of pairs) yield { ...pair, gold: await gold?.next() };
  await gold?.end();
}

/** Where pairs go: undefined when the part is there already. */
async function flowOf(
  pairs: AsyncIterable<KnownPair>,
  runs: readonly TranslatorRun[],
  readings: Readings,
  options: AlignOptions,
  io: Io,
): Promise<Flow<KnownPair> | undefined> {
  const part = shardOf(options);
  if (!part) return wholeFlow(windows(pairs, WINDOW), io);
  const { validSource, validTarget, validGold } = options;
  const without = ["reverse", "source", "target", "pairs", "gold", "validSource", "validTarget", "validGold"];
  const files = [validSource, validTarget, validGold];
  const about = await partAbout({ command: "align", runs, options, without, files });
  const textOf = ({ source, target, gold }: KnownPair): string => [source, target, gold?.line].join("\t");
  const facts = { readings: JSON.stringify(readings) };
  return shardedFlow({ ...part, about, items: pairs, textOf, facts }, io);
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
