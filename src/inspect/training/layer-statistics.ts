import { scalar } from "../../ir/leaf.ts";
import { elements } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import { matchTaps, splitTap } from "../../nn/match-taps.ts";
import { sum } from "../../ops/broadcast.ts";
import { log, maximum, mul, neg } from "../../ops/elementwise.ts";
import { sizeAsTensor } from "../../ops/range.ts";
import { concat, reshape } from "../../ops/reshape.ts";
import { compile, type Feed, feedsFor, type Program } from "../../runtime/compile.ts";
import type { Engine, SessionOptions } from "../../runtime/engine.ts";
import type { State } from "../../runtime/state.ts";

/** Statistics of each layer during one update, dropout included. Keys are paths in the model, in its order. */
export interface LayerStatistics {
  /** Joint norm of the gradients of a layer's parameters, before clipping: `encoder.0`, `embed`. */
  readonly gradientNorms: Readonly<Record<string, number>>;
  /** Root mean square of a layer's output states, over real tokens: `encoder.0`, `decoder.input`. */
  readonly activations: Readonly<Record<string, number>>;
  /** Mean over heads and real queries of -Σ w ln w, in nats: 0 for a single key, ln n for n keys equally. */
  readonly attentionEntropies: Readonly<Record<string, number>>;
}

/** One statistic of a layer, as sums over a batch that add up over batches. */
export interface Statistic {
  readonly kind: keyof LayerStatistics;
  readonly path: string;
  readonly total: Value;
  /** The number of terms in `total`. */
  readonly count: Value;
}

/**
 * Magnitudes of states and entropies of attention, from the taps `states` [batch, length, dim] and `weights` [batch,
 * heads, queries, keys].
 *
 * @param masks  [batch, length], 1 for a token and 0 for padding. A tap is counted under the mask of its sizes.
 */
export function forwardStatistics(taps: ReadonlyMap<string, Value>, masks: readonly Value[]): Statistic[] {
  const statistic = (kind: Statistic["kind"], path: string, rows: Value, perRow: number): Statistic => {
    const mask = masks.find(({ shape }) => shape[0] === rows.shape[0] && shape[1] === rows.shape[1]);
    const count = mask ? sum(mask) : sizeAsTensor(elements(rows.shape), rows.dtype);
    return { kind, path, total: sum(mask ? mul(rows, mask) : rows), count: mul(count, perRow) };
  };
  const named = (name: "states" | "weights"): [place: string, value: Value][] =>
    matchTaps(taps, `**.${name}`, { atLeast: 0 }).map(([path, value]) => [splitTap(path)[0], value]);
  const activations = named("states").map(([place, value]) => {
    return statistic("activations", place, sum(mul(value, value), [2]), value.shape[2] as number);
  });
  const entropies = named("weights").map(([place, value]) => {
    // Clamped, so that 0 · ln 0 is 0.
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

/** Measures updates without affecting them. */
export interface StatisticsProbe {
  /** Adds the statistics of a batch. */
  readonly batch: (feeds: Readonly<Record<string, Feed>>) => Promise<void>;
  /** The statistics of all batches since the last call. Call it before the weights are updated. */
  readonly finish: () => Promise<LayerStatistics>;
  readonly close: () => void;
}

export interface ProbeOptions {
  readonly engine: Engine;
  readonly state: State;
  /** Computed for every batch. */
  readonly perBatch: readonly Statistic[];
  /** Computed once per update, from the state after its batches. */
  readonly perUpdate: readonly Statistic[];
  readonly session?: SessionOptions;
}

/** Compiles statistics as separate programs, which read the training state and change nothing. */
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
      const [moreTotals, moreCounts] = [await totals.read(), await counts.read()];
      sums = sums.map(([total, count], i) => [total + Number(moreTotals[i]), count + Number(moreCounts[i])]);
      totals.dispose();
      counts.dispose();
    },
    take: () => {
      const result = sums;
      sums = zeros;
      return result;
    },
    close: () => program?.close(),
  };
}

function summarise(statistics: readonly Statistic[], sums: ReturnType<Tally["take"]>): LayerStatistics {
  const result: Record<Statistic["kind"], Record<string, number>> = {
    gradientNorms: {},
    activations: {},
    attentionEntropies: {},
  };
  for (const [i, { kind, path }] of statistics.entries()) {
    const [total, count] = sums[i] as readonly [number, number];
    const mean = total / count;
    result[kind][path] = kind === "attentionEntropies" ? mean : Math.sqrt(mean);
  }
  return result;
}
