/** The hook by which a search is looked into and changed while it goes on. */
import type { Value } from "../ir/value.ts";
import { named, under } from "../models/named-tensors.ts";
import type { Observer } from "../nn/taps.ts";
import type { Feed } from "../runtime/compile.ts";
import type { Tensor } from "../runtime/tensor.ts";

/** What a graph of a search is asked for beyond its own results. */
export interface ObservedGraph {
  /** Answers at the taps, as in `build`; it may add inputs, which a `Watch` feeds. */
  readonly at: Observer;
  /** Further outputs, once the graph is built. */
  readonly outputs?: (taps: ReadonlyMap<string, Value>) => Readonly<Record<string, Value>>;
}

/** The graphs of a search: the one that reads its sources, and its step. An unobserved one stays the same to the byte. */
export interface ObservedSearch {
  readonly read?: ObservedGraph | undefined;
  readonly step?: ObservedGraph | undefined;
}

/** A call of an observed graph: the reading of the sources, or the step that reads the tokens at a position, from 0. */
export type SearchCall = "read" | number;

/** What one search feeds to its observed graphs, and does with their further outputs. */
export interface Watch {
  readonly feeds: (call: SearchCall) => Readonly<Record<string, Feed>>;
  /** Gets the further outputs of each call; it must dispose of them. */
  readonly outputs: (call: SearchCall, outputs: Readonly<Record<string, Tensor>>) => Promise<void>;
}

const OBSERVED = "observed";

/** The further outputs of a graph that was built, as it returns them. */
export const observedOutputs = (
  observed: ObservedGraph | undefined,
  taps: ReadonlyMap<string, Value>,
): Record<string, Value> => named(OBSERVED, observed?.outputs?.(taps) ?? {});

/** Hands the further outputs among those of a call to its watch. */
export const handOver = (
  watch: Watch,
  call: SearchCall,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<void> => watch.outputs(call, under(OBSERVED, outputs));
