import { heedError } from "../errors.ts";
import { bytesPerElement, type DType, type HostArray, isArrayOf } from "../ir/dtype.ts";
import type { Engine } from "./engine.ts";
import type { Tensor } from "./tensor.ts";
import { type Access, createAccess } from "./turns.ts";

/** Numbers with their shape, on the host. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/**
 * What lives in the runtime between runs: weights, moments, counters, by name. An entry that some program updates has
 * two buffers; a run reads one and writes the other, and they change places when it has succeeded, so a failed step
 * leaves the state as it was and nothing is allocated per step. Where the engine can overwrite an input and the graph
 * reads it for the last time before, as a training step does whose every update waits for the norm of all gradients,
 * one buffer is enough; only a step that failed while it was writing would leave old and new side by side.
 */
export interface State {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** What an entry was made for. @throws ERR_GRAPH when there is none. */
  type(name: string): Pick<HostTensor, "dtype" | "shape">;
  /** The order of runs that read and write entries; `compile` keeps it. */
  readonly access: Access;
  /** The tensor a run reads: zeros, allocated when first asked for, unless something was written. */
  current(name: string): Tensor;
  /** The tensor a run writes; allocated when first asked for. */
  spare(name: string): Tensor;
  /** Makes what was written current. */
  swap(names: Iterable<string>): void;
  /** A copy of an entry. */
  read(name: string): Promise<HostTensor>;
  /** Overwrites an entry with a copy. @throws ERR_SHAPE when the number of elements differs. */
  write(name: string, data: HostArray): void;
  /** As `write`, without a copy: the array now belongs to the state. */
  adopt(name: string, data: HostArray): void;
  /** Memory held, in bytes. */
  bytes(): number;
  dispose(): void;
}

interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  current: Tensor | undefined;
  spare: Tensor | undefined;
}

/** What an entry starts as: a copy of `data`, or zeros. */
export type InitialEntry = Omit<HostTensor, "data"> & Partial<Pick<HostTensor, "data">>;

/** State on `engine` that starts as `initial` says. */
export function createState(engine: Engine, initial: Iterable<readonly [string, InitialEntry]>): State {
  const entries = new Map<string, Entry>();
  for (const [name, { dtype, shape, data }] of initial) {
    const current = data && engine.tensor(dtype, shape, data.slice());
    entries.set(name, { dtype, shape, current, spare: undefined });
  }
  const entry = (name: string): Entry => {
    const found = entries.get(name);
    if (!found) throw heedError("ERR_GRAPH", { operation: "state", problem: `there is no "${name}"` });
    return found;
  };
  const current = (name: string): Tensor => {
    const e = entry(name);
    e.current ??= engine.tensor(e.dtype, e.shape);
    return e.current;
  };
  const adopt = (name: string, data: HostArray): void => {
    const e = entry(name);
    const length = e.shape.reduce((product, size) => product * size, 1);
    const isOfType = isArrayOf(e.dtype, data);
    if (data.length !== length || !isOfType) {
      const given = isOfType ? `${data.length}` : `${data.length} in a ${data.constructor.name}`;
      const problem = `"${name}" holds ${length} ${e.dtype} elements but ${given} were given`;
      throw heedError("ERR_SHAPE", { operation: "state", problem });
    }
    e.current?.dispose();
    e.current = engine.tensor(e.dtype, e.shape, data);
  };
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    type: entry,
    access: createAccess(),
    current,
    spare: (name) => {
      const e = entry(name);
      e.spare ??= engine.tensor(e.dtype, e.shape);
      return e.spare;
    },
    swap: (names) => {
      for (const name of names) {
        const e = entry(name);
        if (e.spare) [e.current, e.spare] = [e.spare, e.current];
      }
    },
    read: async (name) => {
      const { dtype, shape } = entry(name);
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

/** Copies of entries, by name. */
export async function readEntries(state: State, names: readonly string[]): Promise<Map<string, HostTensor>> {
  const entries = new Map<string, HostTensor>();
  for (const name of names) entries.set(name, await state.read(name));
  return entries;
}
