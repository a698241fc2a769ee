/** Numbers that can be added, or compared, over all ranks. */
export type Reducible = Float32Array | Float64Array | Int32Array;

/**
 * The processes of one training, or one process alone. Every rank makes the same calls in the same order; a rank that does
 * not is named when the others have waited too long for it, and the job ends. Arrays belong to the call until it returns.
 */
export interface Communicator {
  /** From 0. */
  readonly rank: number;
  readonly size: number;
  /**
   * In place: a = Σ_r a_r / Σ_r weight_r. Pass the gradient of the sum of the loss, and the target tokens as weight: a mean
   * of the ranks' means would be wrong for batches of unequal length.
   */
  allReduceMean(a: Float32Array, weight: number): Promise<{ readonly totalWeight: number }>;
  /** In place, element by element, over all ranks. */
  allReduce(a: Reducible, op: "sum" | "min" | "max"): Promise<void>;
  /** In place: the content that it has on `root`. Default: rank 0. */
  broadcast(a: ArrayBufferView, root?: number): Promise<void>;
  /** What every rank passed, one after another in the order of ranks; all pass the same number of bytes. */
  allGather(a: Uint8Array): Promise<Uint8Array>;
  /** `a` has one part of equal length for each rank; returns the parts that each rank had for this one. */
  allToAll(a: Uint8Array): Promise<Uint8Array>;
  barrier(): Promise<void>;
  /** Ends all ranks with an exit status, after one line on standard error. */
  abort(code: number, why: string): never;
  /** Leaves the job once every rank does. A process that ends without it takes all others with it. */
  close(): Promise<void>;
}

/** One process: nothing to wait for. */
export const alone: Communicator = {
  rank: 0,
  size: 1,
  allReduceMean: async (a, weight) => {
    for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) / weight;
    return { totalWeight: weight };
  },
  allReduce: async () => undefined,
  broadcast: async () => undefined,
  allGather: async (a) => a.slice(),
  allToAll: async (a) => a.slice(),
  barrier: async () => undefined,
  abort: (_, why) => {
    throw new Error(why);
  },
  close: async () => undefined,
};
