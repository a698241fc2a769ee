import { scalar } from "../ir/leaf.ts";
import { elements } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { matchTaps, splitTap } from "../nn/match-taps.ts";
import { sum } from "../ops/broadcast.ts";
import { log, maximum, mul, neg } from "../ops/elementwise.ts";
import { sizeAsTensor } from "../ops/range.ts";
import { concat, reshape } from "../ops/reshape.ts";
import { compile, type Feed, feedsFor, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { State } from "../runtime/state.ts";

/** What happens in each layer during one update, dropout included. Keys are paths in the model, in its order. */
export interface LayerStatistics {
  /** Joint norm of the gradients of a layer's parameters, before clipping: `encoder.0`, `embed`. */
  readonly gradientNorms: Readonly<Record<string, number>>;
  /** Root mean square of the states a layer gives out, over real tokens: `encoder.0`, `decoder.input`. */
  readonly activations: Readonly<Record<string, number>>;
  /** Mean over heads and real queries of -Σ w ln w, in nats: 0 looks at one key, ln n at n keys alike. */
  readonly attentionEntropies: Readonly<Record<string, number>>;
}

/** One number of a layer as sums over a batch: sums of several batches add up. */
export interface Statistic {
  readonly kind: keyof LayerStatistics;
  readonly path: string;
  readonly total: Value;
  /** What `total` is a sum of. */
  readonly count: Value;
}

/**
 * Sizes of states and entropies of attention, from what layers have tapped as `states` [batch, length, dim] and
 * `weights` [batch, heads, queries, keys].
 *
 * @param masks  [batch, length], 1 for a token and 0 for padding: the one that fits a tap's sizes says which rows count.
 */
export function forwardStatistics(taps: ReadonlyMap<string, Value>, masks: readonly Value[]): Statistic[] {
  const statistic = (kind: Statistic["kind"], path: string, rows: Value, each: number): Statistic => {
    const mask = masks.find(({ shape }) => shape[0] === rows.shape[0] && shape[1] === rows.shape[1]);
    const count = mask ? sum(mask) : sizeAsTensor(elements(rows.shape), rows.dtype);
    return { kind, path, total: sum(mask ? mul(rows, mask) : rows), count: mul(count, each) };
  };
  const named = (name: "states" | "weights"): [place: string, value: Value][] =>
    matchTaps(taps, `**.${name}`, { atLeast: 0 }).map(([path, value]) => [splitTap(path)[0], value]);
  const activations = named("states").map(([place, value]) => {
    return statistic("activations", place, sum(mul(value, value), [2]), value.shape[2] as number);
  });
  const entropies = named("weights").map(([place, value]) => {
    // 0 · ln 0 is 0 here: a weight of 0 is multiplied by a finite number.
    const terms = mul(value, log(maximum(value, 1e-30)));
    return statistic("attentionEntropies", place, neg(sum(terms, [1, 3])), value.shape[1] as number);
  });
  return [...activations, ...entropies];
}

/** Squared norms of gradients, by layer: parameters of `encoder.0.attention.query` belong to `encoder.0`. */
export function gradientStatistics(gradients: ReadonlyMap<string, Value>): Statistic[] {
  const squares = new Map<string, Value[]>();
  for (const [path, gradient] of gradients) {
    const layer = layerOf(path);
    squares.set(layer, [...(squares.get(layer) ?? []), sum(mul(gradient, gradient))]);
  }
  return [...squares].map(([path, parts]) => {
    const total = sum(concat(parts.map((part) => reshape(part, [1]))));
    return { kind: "gradientNorms", path, total, count: scalar(total.dtype, 1) };
  });
}

/** The layer a parameter belongs to: its path up to the first number, or its first name. */
export function layerOf(path: string): string {
  return /^.*?\.\d+(?=\.)/.exec(path)?.[0] ?? (path.split(".")[0] as string);
}

/** Watches updates without taking part in them. */
export interface StatisticsProbe {
  /** Adds what the model does with a batch. */
  readonly batch: (feeds: Readonly<Record<string, Feed>>) => Promise<void>;
  /** What the batches since the last call show together; to be called before the weights are updated. */
  readonly finish: () => Promise<LayerStatistics>;
  readonly close: () => void;
}

export interface ProbeOptions {
  readonly engine: Engine;
  readonly state: State;
  /** Computed for every batch. */
  readonly perBatch: readonly Statistic[];
  /** Computed once, from what the batches left in the state. */
  readonly perUpdate: readonly Statistic[];
  readonly session?: SessionOptions;
}

/** Compiles statistics as programs of their own, which read the state of training and change nothing. */
export async function openProbe(options: ProbeOptions): Promise<StatisticsProbe> {
  const { perBatch, perUpdate } = options;
  const [ofBatch, ofUpdate] = await Promise.all([tally(options, perBatch), tally(options, perUpdate)]);
  return {
    batch: ofBatch.add,
    finish: async () => {
      await ofUpdate.add({});
      return summarise([...perBatch, ...perUpdate], [...ofBatch.take(), ...ofUpdate.take()]);
    },
    close: () => {
      ofBatch.close();
      ofUpdate.close();
    },
  };
}

interface Tally {
  readonly add: (feeds: Readonly<Record<string, Feed>>) => Promise<void>;
  /** Totals and counts since the last call. */
  readonly take: () => readonly (readonly [total: number, count: number])[];
  readonly close: () => void;
}

async function tally(
  { engine, state, session }: ProbeOptions,
  statistics: readonly Statistic[],
): Promise<Tally> {
  const vector = (values: readonly Value[]): Value => concat(values.map((value) => reshape(value, [1])));
  const program: Program<"totals" | "counts"> | undefined =
    statistics.length === 0
      ? undefined
      : await compile({
          engine,
          state,
          outputs: {
            totals: vector(statistics.map(({ total }) => total)),
            counts: vector(statistics.map(({ count }) => count)),
          },
          ...(session ? { session } : {}),
        });
  const zeros = statistics.map((): readonly [number, number] => [0, 0]);
  let sums = zeros;
  return {
    add: async (feeds) => {
      if (!program) return;
      const { totals, counts } = await program(feedsFor(program, feeds));
      const [more, of] = [await totals.read(), await counts.read()];
      sums = sums.map(([total, count], i) => [total + Number(more[i]), count + Number(of[i])]);
      totals.dispose();
      counts.dispose();
    },
    take: () => {
      const taken = sums;
      sums = zeros;
      return taken;
    },
    close: () => program?.close(),
  };
}

function summarise(statistics: readonly Statistic[], sums: ReturnType<Tally["take"]>): LayerStatistics {
  const found: Record<Statistic["kind"], Record<string, number>> = {
    gradientNorms: {},
    activations: {},
    attentionEntropies: {},
  };
  for (const [i, { kind, path }] of statistics.entries()) {
    const [total, count] = sums[i] as readonly [number, number];
    const mean = total / count;
    found[kind][path] = kind === "attentionEntropies" ? mean : Math.sqrt(mean);
  }
  return found;
}
