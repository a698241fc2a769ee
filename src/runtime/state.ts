import { heedError } from "../errors.ts";
import { bytesPerElement, type DType, type HostArray, isArrayOf } from "../ir/dtype.ts";
import type { Engine } from "./engine.ts";
import type { Tensor } from "./tensor.ts";
import { type Access, createAccess } from "./turns.ts";

/** A tensor on the host. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/**
 * Tensors that live in the runtime between runs, by name: weights, moments, counters. An entry that a program updates has
 * two buffers: a run reads one and writes the other, and they are swapped when it succeeds. So a failed step leaves the
 * state unchanged, and no step allocates. One buffer is enough if the engine can overwrite an input that the graph no
 * longer reads, as in a training step whose updates all wait for the norm of all gradients; then a step that fails while
 * it writes leaves a mix of old and new values.
 */
export interface State {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** The type of an entry. @throws ERR_GRAPH when there is none of this name. */
  type(name: string): Pick<HostTensor, "dtype" | "shape">;
  /** Orders runs that read and write entries; compiled programs use it. */
  readonly access: Access;
  /** The tensor a run reads. Entries without data start as zeros, allocated on first use. */
  current(name: string): Tensor;
  /** The tensor a run writes, allocated on first use. */
  spare(name: string): Tensor;
  /** Swaps the current and the spare tensor of each entry. */
  swap(names: Iterable<string>): void;
  /** A copy of an entry. */
  read(name: string): Promise<HostTensor>;
  /** Overwrites an entry with a copy of `data`. @throws ERR_SHAPE when the number or type of elements differs. */
  write(name: string, data: HostArray): void;
  /** Like `write`, but without a copy: the array then belongs to the state. */
  adopt(name: string, data: HostArray): void;
  /** Memory in use, in bytes. */
  bytes(): number;
  dispose(): void;
}

interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  current: Tensor | undefined;
  spare: Tensor | undefined;
}

/** The initial content of an entry: a copy of `data`, or zeros by default. */
export type InitialEntry = Omit<HostTensor, "data"> & Partial<Pick<HostTensor, "data">>;

/** Creates state on `engine` with the entries of `initial`. */
export function createState(engine: Engine, initial: Iterable<readonly [string, InitialEntry]>): State {
  const entries = new Map<string, Entry>();
  for (const [name, { dtype, shape, data }] of initial) {
    const current = data && engine.tensor(dtype, shape, data.slice());
    entries.set(name, { dtype, shape, current, spare: undefined });
  }
  const entryOf = (name: string): Entry => {
    const match = entries.get(name);
    if (!match) throw heedError("ERR_GRAPH", { operation: "state", problem: `there is no entry "${name}"` });
    return match;
  };
  const current = (name: string): Tensor => {
    const entry = entryOf(name);
    entry.current ??= engine.tensor(entry.dtype, entry.shape);
    return entry.current;
  };
  const adopt = (name: string, data: HostArray): void => {
    const entry = entryOf(name);
    const length = entry.shape.reduce((product, size) => product * size, 1);
    const isOfType = isArrayOf(entry.dtype, data);
    if (data.length !== length || !isOfType) {
      const given = isOfType ? `${data.length}` : `${data.length} in a ${data.constructor.name}`;
      const problem = `"${name}" holds ${length} ${entry.dtype} elements but ${given} were given`;
      throw heedError("ERR_SHAPE", { operation: "state", problem });
    }
    entry.current?.dispose();
    entry.current = engine.tensor(entry.dtype, entry.shape, data);
  };
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    type: entryOf,
    access: createAccess(),
    current,
    spare: (name) => {
      const entry = entryOf(name);
      entry.spare ??= engine.tensor(entry.dtype, entry.shape);
      return entry.spare;
    },
    swap: (names) => {
      for (const name of names) {
        const entry = entryOf(name);
        if (entry.spare) [entry.current, entry.spare] = [entry.spare, entry.current];
      }
    },
    read: async (name) => {
      const { dtype, shape } = entryOf(name);
      return { dtype, shape, data: (await current(name).read()).slice() };
    },
    write: (name, data) => adopt(name, data.slice()),
    adopt,
    bytes: () => {
      let total = 0;
      for (const { dtype, shape, current, spare } of entries.values()) {
        const tensors = Number(current !== undefined) + Number(spare !== undefined);
        total += shape.reduce((product, size) => product * size, bytesPerElement[dtype]) * tensors;
      }
      return total;
    },
    dispose: () => {
      for (const { current, spare } of entries.values()) {
        current?.dispose();
        spare?.dispose();
      }
      entries.clear();
    },
  };
}

/** Copies entries to the host, by name. */
export async function readEntries(state: State, names: readonly string[]): Promise<Map<string, HostTensor>> {
  const entries = new Map<string, HostTensor>();
  for (const name of names) entries.set(name, await state.read(name));
  return entries;
}
