/** The sessions of a search, and named runtime tensors whose rows are sentences or hypotheses. */
import type { TensorType, Value } from "../ir/value.ts";
import { beginning, MEMORY, NEXT, STATE, under } from "../models/named-tensors.ts";
import type { Repetition } from "../onnx/repeated.ts";
import { compile, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { ORDER, reorderGraph } from "./step-graphs.ts";

export type Named = Record<string, Tensor>;

/** Where a search runs, and with which weights. */
export interface SearchRuntime {
  readonly engine: Engine;
  /** Weights in a runtime's state (a model in training)… */
  readonly state?: State;
  /** …or weights frozen into the graphs, which is faster. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  /** "int8": compute products with `constants` in 8-bit integers. */
  readonly quantize?: "int8" | undefined;
  readonly session?: SessionOptions;
}

export interface SearchSessions {
  /** Reads a batch: computes the memory that every step attends to and the state before the first step. */
  readonly read: Program;
  readonly step: Program;
  /** Reorder the rows of the memory and of the state. */
  readonly memoryRows: Reorder;
  readonly stateRows: Reorder;
  readonly close: () => void;
}

/** Opens the sessions of a search. @param read  Graph of its beginning. @param step  Graph of one step, or of many. */
export async function openSessions(
  { engine, state, constants, quantize, session }: SearchRuntime,
  read: Readonly<Record<string, Value>>,
  step: { readonly outputs: Readonly<Record<string, Value>>; readonly repeat?: Repetition },
): Promise<SearchSessions> {
  const plain = { engine, ...(session ? { session } : {}) };
  const shared = { ...plain, quantize, ...(state ? { state } : {}), ...(constants ? { constants } : {}) };
  const opening = [compile({ ...shared, outputs: read }), compile({ ...shared, ...step })] as const;
  let opened: readonly [Program, Program];
  try {
    opened = await Promise.all(opening);
  } catch (error) {
    for (const program of opening) closeLater(program);
    throw error;
  }
  const [reading, stepping] = opened;
  const [memoryRows, stateRows] = [MEMORY, STATE].map((role) => {
    const types = beginning(role, Object.fromEntries(stepping.inputs));
    return openReorder(plain, new Map(Object.entries(types)));
  }) as [Reorder, Reorder];
  return {
    read: reading,
    step: stepping,
    memoryRows,
    stateRows,
    close: () => {
      for (const session of [reading, stepping, memoryRows, stateRows]) session.close();
    },
  };
}

/** Closes a session that may still be opening or may have failed to open. */
export function closeLater(opening: Promise<{ readonly close: () => void }> | undefined): void {
  opening?.then(
    (opened) => opened.close(),
    () => undefined,
  );
}

export const release = (tensors: Named): void => {
  for (const tensor of Object.values(tensors)) tensor.dispose();
};

interface Reorder {
  readonly run: (tensors: Named, order: Int32Array) => Promise<Named>;
  readonly close: () => void;
}

/** Reorders rows of tensors; its session opens on first use. */
function openReorder(
  shared: { readonly engine: Engine; readonly session?: SessionOptions },
  types: ReadonlyMap<string, TensorType>,
): Reorder {
  let opened: Promise<Program> | undefined;
  return {
    run: async (tensors, order) => {
      opened ??= compile({ ...shared, outputs: reorderGraph(types) });
      const program = await opened;
      const inputs = Object.fromEntries([...types.keys()].map((name) => [name, tensors[name] as Tensor]));
      const moved: Named = await program({ ...inputs, [ORDER]: { shape: [order.length], data: order } });
      release(tensors);
      return under(NEXT, moved);
    },
    close: () => closeLater(opened),
  };
}
