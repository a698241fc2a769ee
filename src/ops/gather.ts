import { heedError } from "../errors.ts";
import { type DType, numberTypes } from "../ir/dtype.ts";
import {
  apply,
  applyMany,
  defineOp,
  type Emit,
  type Name,
  requireDType,
  showOperands,
  sizeOf,
} from "../ir/op.ts";
import { elements, type Shape, type Size, sameShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { reshape } from "./reshape.ts";

const ids: readonly DType[] = ["int32"];

/**
 * Rows of a table by index: an embedding lookup.
 *
 *   table [rows, ...row], indices int32 [...lead]  ->  [...lead, ...row]
 */
export function gather(table: Value, indices: Value): Value {
  return apply(gatherOp, [table, indices], {});
}

export const gatherOp = defineOp<[table: Value, indices: Value]>({
  name: "gather",
  type: ([table, indices]) => {
    requireDType("gather", "indices", indices, ids);
    if (table.shape.length === 0) {
      throw heedError("ERR_SHAPE", {
        operation: "gather",
        problem: "the table has no rows",
        operands: showOperands({ table, indices }),
      });
    }
    return { dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] };
  },
  onnx: (emit, [table, indices]) => emit("Gather", [table, indices], { axis: 0 }),
  vjp: ({ inputs: [table, indices], grad }) => {
    const row = table.shape.slice(1);
    const count = elements(indices.shape);
    const rows = reshape(grad, [count, elements(row)]);
    const base = zeros(table.dtype, [table.shape[0] as Size, elements(row)]);
    const sums = scatterAddRows(base, rows, reshape(indices, [count]));
    return [reshape(sums, table.shape), null];
  },
});

/**
 * Adds rows to a table at the given indices; repeated indices accumulate. Applied to zeros, the adjoint of gather.
 *
 *   table [rows, dim], updates [n, dim], indices int32 [n]  ->  [rows, dim]
 */
export function scatterAddRows(table: Value, updates: Value, indices: Value): Value {
  return apply(scatterAddRowsOp, [table, updates, indices], {});
}

export const scatterAddRowsOp = defineOp<[table: Value, updates: Value, indices: Value]>({
  name: "scatterAddRows",
  type: ([table, updates, indices]) => {
    requireDType("scatterAddRows", "updates", updates, [table.dtype]);
    requireDType("scatterAddRows", "indices", indices, ids);
    const [n, dim] = updates.shape;
    const fits = updates.shape.length === 2 && sameShape(indices.shape, [n as Size]);
    if (!fits || table.shape.length !== 2 || table.shape[1] !== dim) {
      throw heedError("ERR_SHAPE", {
        operation: "scatterAddRows",
        problem: "table must be [rows, dim], updates [n, dim] and indices [n]",
        operands: showOperands({ table, updates, indices }),
      });
    }
    return table;
  },
  // ScatterElements, not ScatterND: the latter's additions race on the CPU provider when indices repeat.
  onnx: (emit, [table, updates, indices], _, { inputs: [, value] }) => {
    const column = emit("Unsqueeze", [indices, emit.ints([1])]);
    const spread = emit("Expand", [column, emit.shape(value.shape)]);
    return emit("ScatterElements", [table, spread, updates], { axis: 0, reduction: "add" });
  },
  vjp: ({ inputs: [, , indices], grad }) => [grad, gather(grad, indices), null],
});

/**
 * Elements of the last axis, picked separately for every row.
 *
 *   x [...lead, size], indices int32 [...lead, picks]  ->  [...lead, picks]
 */
export function gatherLast(x: Value, indices: Value): Value {
  return apply(gatherLastOp, [x, indices], {});
}

function requireSameLead(operation: string, x: Value, indices: Value): void {
  requireDType(operation, "indices", indices, ids);
  if (!sameShape(x.shape.slice(0, -1), indices.shape.slice(0, -1))) {
    throw heedError("ERR_SHAPE", {
      operation,
      problem: "x and indices differ before the last axis",
      operands: showOperands({ x, indices }),
    });
  }
}

export const gatherLastOp = defineOp<[x: Value, indices: Value]>({
  name: "gatherLast",
  type: ([x, indices]) => {
    requireSameLead("gatherLast", x, indices);
    return { dtype: x.dtype, shape: indices.shape };
  },
  onnx: (emit, [x, indices]) => emit("GatherElements", [x, indices], { axis: -1 }),
  vjp: ({ inputs: [x, indices], grad }) => [scatterAddLast(zeros(x.dtype, x.shape), indices, grad), null],
});

export const zerosOp = defineOp<[], { dtype: DType; shape: Shape }>({
  name: "zeros",
  type: (_, type) => type,
  onnx: (emit, _, { dtype, shape }) => emit("Expand", [emit.scalar(dtype, 0), emit.shape(shape)]),
  vjp: null,
});

/** Zeros of a shape that may have symbolic sizes. */
export function zeros(dtype: DType, shape: Shape): Value {
  return apply(zerosOp, [], { dtype, shape });
}

/**
 * Adds updates to x at indices of the last axis; repeated indices accumulate.
 *
 *   x [...lead, size], indices int32 [...lead, picks], updates [...lead, picks]  ->  shape of x
 */
export function scatterAddLast(x: Value, indices: Value, updates: Value): Value {
  return apply(scatterAddLastOp, [x, indices, updates], {});
}

export const scatterAddLastOp = defineOp<[x: Value, indices: Value, updates: Value]>({
  name: "scatterAddLast",
  type: ([x, indices, updates]) => {
    requireSameLead("scatterAddLast", x, indices);
    requireDType("scatterAddLast", "updates", updates, [x.dtype]);
    if (!sameShape(indices.shape, updates.shape)) {
      throw heedError("ERR_SHAPE", {
        operation: "scatterAddLast",
        problem: "indices and updates differ in shape",
        operands: showOperands({ indices, updates }),
      });
    }
    return x;
  },
  onnx: (emit, operands) => emit("ScatterElements", operands, { axis: -1, reduction: "add" }),
  vjp: ({ inputs: [, indices], grad }) => [grad, null, gatherLast(grad, indices)],
});

/**
 * The k largest elements of the last axis, largest first, and their indices.
 *
 *   x [...lead, size]  ->  values [...lead, k], indices int32 [...lead, k]
 *
 * @param k  A number, or a vector of k elements, for a k that is known only when the graph runs.
 * @param options.inRounds  Whether the chunks with the largest maxima are found first, and only these searched: the same
 *   result, sooner on a CPU where the axis is of 1,024 elements or more and has a divisor near 32. Default false.
 */
export function topK(
  x: Value,
  k: number | Value,
  { inRounds = false }: { readonly inRounds?: boolean } = {},
): { values: Value; indices: Value } {
  const how = inRounds ? { inRounds } : {};
  const [values, indices] =
    typeof k === "number"
      ? applyMany(topKOp, [x], { k, ...how })
      : applyMany(topKOp, [x, k], { k: k.shape[0] as Size, ...how });
  return { values: values as Value, indices: indices as Value };
}

export const topKOp = defineOp<
  readonly [x: Value] | readonly [x: Value, like: Value],
  { k: Size; inRounds?: boolean }
>({
  name: "topK",
  type: ([x], { k }) => {
    requireDType("topK", "x", x, numberTypes);
    const size = sizeOf("topK", x, -1);
    if (typeof size === "number" && typeof k === "number" && k > size) {
      throw heedError("ERR_SHAPE", {
        operation: "topK",
        problem: `k is ${k} but axis -1 of x is ${size}`,
        operands: showOperands({ x }),
      });
    }
    const shape = x.shape.map((size, axis) => (axis === x.shape.length - 1 ? k : size));
    return [
      { dtype: x.dtype, shape },
      { dtype: "int32", shape },
    ];
  },
  onnx: (emit, [x], { k, inRounds }, { inputs: [{ shape }] }) => {
    const wanted = emit.shape([k]);
    const chunk = inRounds && k !== 1 ? chunkOf(shape.at(-1) as Size) : undefined;
    const [values = "", indices = ""] = chunk
      ? topKInRounds(emit, x, wanted, shape, chunk)
      : emit.many("TopK", [x, wanted], { axis: -1 }, 2);
    return [values, emit("Cast", [indices], { to: 6 })];
  },
  vjp: ({ inputs: [x, like], outputs, grads }) => {
    const [grad] = grads;
    const indices = outputs[1];
    const ofX = grad && indices ? scatterAddLast(zeros(x.dtype, x.shape), indices, grad) : null;
    return like ? [ofX, null] : [ofX];
  },
});

/** Elements of an axis below which one round is as fast. */
const LONG = 1024;
/** Elements of a chunk: few, so that those chosen are soon searched; many, so that there are few chunks to choose from. */
const CHUNK = 32;

/** The divisor of `size` nearest to `CHUNK`; undefined if that is half or twice as much, or an axis is short or unknown. */
function chunkOf(size: Size): number | undefined {
  if (typeof size !== "number" || size < LONG) return;
  const divisors = Array.from({ length: 2 * CHUNK }, (_, i) => i + 1).filter((n) => size % n === 0);
  const [nearest] = divisors.sort((a, b) => Math.abs(a - CHUNK) - Math.abs(b - CHUNK));
  return nearest !== undefined && 2 * nearest > CHUNK ? nearest : undefined;
}

/**
 * TopK of the last axis in two rounds. The k largest elements lie in the k chunks with the largest maxima. ONNX Runtime
 * searches one element after another, but finds maxima with vectors. The chosen chunks stay in order, so that of equal
 * elements the first is taken, as in one round.
 */
function topKInRounds(
  emit: Emit,
  x: Name,
  k: Name,
  shape: Shape,
  chunk: number,
): readonly [values: Name, indices: Name] {
  const count = (shape.at(-1) as number) / chunk;
  const chunks = emit("Reshape", [x, emit.ints([-1, count, chunk])]);
  const maxima = emit("ReduceMax", [chunks, emit.ints([-1])], { keepdims: 0 });
  const most = emit("Min", [k, emit.ints([count])]);
  const [, found = ""] = emit.many("TopK", [maxima, most], { axis: -1, sorted: 0 }, 2);
  const [inOrder = ""] = emit.many("TopK", [found, most], { axis: -1, largest: 0 }, 2);
  const places = emit("Unsqueeze", [inOrder, emit.ints([-1])]);
  const chosen = emit("Flatten", [emit("GatherND", [chunks, places], { batch_dims: 1 })], { axis: 1 });
  const [values = "", at = ""] = emit.many("TopK", [chosen, k], { axis: -1 }, 2);
  // Of the chosen, element i is in the chunk numbered inOrder[i / chunk].
  const size = emit.ints([chunk]);
  const rank = emit("Div", [at, size]);
  const skipped = emit("Sub", [emit("GatherElements", [inOrder, rank], { axis: -1 }), rank]);
  const indices = emit("Add", [at, emit("Mul", [skipped, size])]);
  if (shape.length === 2) return [values, indices];
  const own = emit("Concat", [emit.shape(shape.slice(0, -1)), k], { axis: 0 });
  const asIs = { allowzero: 1 };
  return [emit("Reshape", [values, own], asIs), emit("Reshape", [indices, own], asIs)];
}
