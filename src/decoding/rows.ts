/** Tensors of the runtime by name, whose rows are sentences or hypotheses. */
import type { TensorType } from "../ir/value.ts";
import { compile, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { reorderGraph } from "./step-graphs.ts";

export type Named = Record<string, Tensor>;

export const release = (tensors: Named): void => {
  for (const tensor of Object.values(tensors)) tensor.dispose();
};

/** Those whose names begin with `prefix`. */
export const namedBy = (prefix: string, tensors: Named): Named =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => name.startsWith(prefix)));

/** "next.state.0.keys" -> "state.0.keys" */
export const unprefixed = (next: Named): Named =>
  Object.fromEntries(Object.entries(next).map(([name, tensor]) => [name.slice("next.".length), tensor]));

export const inputsNamed = ({ inputs }: Program, prefix: string): Map<string, TensorType> =>
  new Map([...inputs].filter(([name]) => name.startsWith(prefix)));

/** Puts rows of tensors into another order; its session opens when something moves for the first time. */
export function openReorder(
  shared: { readonly engine: Engine; readonly session?: SessionOptions },
  types: ReadonlyMap<string, TensorType>,
): { run: (tensors: Named, order: Int32Array) => Promise<Named>; close: () => void } {
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
    close: () => {
      void opened?.then((program) => program.close());
    },
  };
}
