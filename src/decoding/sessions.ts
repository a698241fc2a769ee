/** The sessions that a search runs, and tensors of the runtime by name, whose rows are sentences or hypotheses. */
import type { TensorType, Value } from "../ir/value.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Repetition } from "../onnx/repeated.ts";
import { compile, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { encodeGraph, MEMORY, reorderGraph, STATE } from "./step-graphs.ts";

export type Named = Record<string, Tensor>;

export interface SearchedModel {
  readonly engine: Engine;
  /** One model, or several of one vocabulary whose probabilities are averaged: see `ensembleWeights`. */
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly padding: number;
  /** Weights that live in a runtime's state (a model in training)… */
  readonly state?: State;
  /** …or weights frozen into the graphs, which is faster. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  /** Products with `constants` on 8-bit integers. */
  readonly quantize?: "int8" | undefined;
  readonly session?: SessionOptions;
}

export interface SearchSessions {
  /** Reads a batch and computes what every step looks back at, and the state before the first. */
  readonly encode: Program;
  readonly step: Program;
  /** Put rows of what is looked back at, and of the state, into another order. */
  readonly memoryRows: Reorder;
  readonly stateRows: Reorder;
  readonly close: () => void;
}

/** Opens what a search needs. @param step  The graph of a step, or of many. */
export async function openSessions(
  { engine, padding, state, constants, quantize, session }: SearchedModel,
  models: Layer<readonly Seq2Seq[]>,
  step: { readonly outputs: Readonly<Record<string, Value>>; readonly repeat?: Repetition },
): Promise<SearchSessions> {
  const plain = { engine, ...(session ? { session } : {}) };
  const shared = { ...plain, quantize, ...(state ? { state } : {}), ...(constants ? { constants } : {}) };
  const opening = [
    compile({ ...shared, outputs: encodeGraph(models, padding) }),
    compile({ ...shared, ...step }),
  ] as const;
  let opened: readonly [Program, Program];
  try {
    opened = await Promise.all(opening);
  } catch (error) {
    for (const one of opening) closeLater(one);
    throw error;
  }
  const [encode, steps] = opened;
  const memoryRows = openReorder(plain, inputsNamed(steps, MEMORY));
  const stateRows = openReorder(plain, inputsNamed(steps, STATE));
  return {
    ...{ encode, step: steps, memoryRows, stateRows },
    close: () => {
      for (const each of [encode, steps, memoryRows, stateRows]) each.close();
    },
  };
}

/** Closes what may still be opening, or may have failed to. */
export function closeLater(opening: Promise<{ readonly close: () => void }> | undefined): void {
  opening?.then(
    (opened) => opened.close(),
    () => undefined,
  );
}

export const release = (tensors: Named): void => {
  for (const tensor of Object.values(tensors)) tensor.dispose();
};

/** Those whose names begin with `prefix`. */
export const namedBy = (prefix: string, tensors: Named): Named =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => name.startsWith(prefix)));

/** "next.state.0.keys" -> "state.0.keys" */
export const unprefixed = (next: Named): Named =>
  Object.fromEntries(Object.entries(next).map(([name, tensor]) => [name.slice("next.".length), tensor]));

const inputsNamed = ({ inputs }: Program, prefix: string): Map<string, TensorType> =>
  new Map([...inputs].filter(([name]) => name.startsWith(prefix)));

interface Reorder {
  readonly run: (tensors: Named, order: Int32Array) => Promise<Named>;
  readonly close: () => void;
}

/** Puts rows of tensors into another order; its session opens when something moves for the first time. */
function openReorder(
  shared: { readonly engine: Engine; readonly session?: SessionOptions },
  types: ReadonlyMap<string, TensorType>,
): Reorder {
  let opened: Promise<Program> | undefined;
  return {
    run: async (tensors, order) => {
      opened ??= compile({ ...shared, outputs: reorderGraph(types) });
      const moved = (await (
        await opened
      )({ ...tensors, order: { shape: [order.length], data: order } })) as Named;
      release(tensors);
      return unprefixed(moved);
    },
    close: () => closeLater(opened),
  };
}
