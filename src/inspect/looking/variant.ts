import type { Intervention } from "./intervention.ts";

/** The model's inputs, on the host. */
export type HostFeeds = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Int32Array | Float32Array }>
>;

/** One of many variants of an example, read side by side on the batch axis. All have the same lengths. */
export interface Variant {
  /** The model's inputs, with a batch of one. */
  readonly feeds: HostFeeds;
  /** The token of each place whose log probability is read. */
  readonly of: Int32Array;
  /** Differentiated: Σ share (ln p(of) - ln p(against)). Default: nothing is taken off. */
  readonly against?: Int32Array | undefined;
  /** The share of each place in what is differentiated. Default: 1 for all. */
  readonly share?: Float32Array;
  /** Differentiated instead, with `along` of a reading: Σ along · tap. */
  readonly along?: Float32Array;
  /** Changes, each at the path of one tap. */
  readonly intervene?: readonly Omit<Intervention, "renormalise">[];
  /** Changes of the model, which come before those: the same for all variants. By the path of a tap. */
  readonly given?: Given;
  /** The place that is taken out of the sequence whose length has this symbol: `given` counts with it. */
  readonly shortened?: { readonly size: string; readonly at: number };
}

/** Interventions by the path of a tap. */
export type Given = ReadonlyMap<string, readonly Intervention[]>;
