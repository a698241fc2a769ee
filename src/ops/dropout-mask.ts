import { apply, defineOp, requireDType } from "../ir/op.ts";
import { elements, type Shape, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { emitRange } from "./range.ts";

/** Two vectors of random int32, drawn afresh for every step; each site of the model mixes them in its own way. */
export interface RandomTables {
  /** int32 [at least the product of all axes but the last, of the largest site] */
  readonly rows: Value;
  /** int32 [at least the last axis of the widest site] */
  readonly columns: Value;
}

export interface DropoutSite {
  readonly shape: Shape;
  /** The probability that an element survives. */
  readonly keep: number;
  /** Which place of the model this is: two sites draw different masks from the same tables. */
  readonly site: number;
}

/**
 * A mask that is 0 with probability 1 - keep and 1/keep otherwise, from (seed, step, site) alone: element (i, j) of a
 * site survives when h² mod 2³², with h = rows[i] + a·columns[j] + b, falls below keep · 2³². a and b come from the
 * site. It is the same to the bit on every device, and there is no generator state to save.
 *
 *   -> float32 `shape`
 */
export function dropoutMask({ rows, columns }: RandomTables, site: DropoutSite): Value {
  return apply(dropoutMaskOp, [rows, columns], site);
}

export const dropoutMaskOp = defineOp<[rows: Value, columns: Value], DropoutSite>({
  name: "dropoutMask",
  type: ([rows, columns], { shape }) => {
    requireDType("dropoutMask", "rows", rows, ["int32"]);
    requireDType("dropoutMask", "columns", columns, ["int32"]);
    return { dtype: "float32", shape };
  },
  onnx: (emit, [rows, columns], { shape, keep, site }) => {
    // Rows are taken by number: WebGPU has no Slice of int32, and a copy to the CPU and back is dear.
    const first = (table: string, count: Size): string => emit("Gather", [table, emitRange(emit, count)]);
    const row = first(rows, elements(shape.slice(0, -1)));
    const column = first(columns, shape.at(-1) ?? 1);
    const { factor, offset } = mixing(site);
    const mixed = emit("Add", [
      emit("Mul", [column, emit.scalar("int32", factor)]),
      emit.scalar("int32", offset),
    ]);
    const hash = emit("Add", [emit("Unsqueeze", [row, emit.ints([1])]), mixed]);
    const limit = Math.min(Math.round((keep - 0.5) * 2 ** 32), 2 ** 31 - 1);
    const kept = emit("Less", [emit("Mul", [hash, hash]), emit.scalar("int32", limit)]);
    const mask = emit("Mul", [emit("Cast", [kept], { to: 1 }), emit.scalar("float32", 1 / keep)]);
    return shape.length === 2 ? mask : emit("Reshape", [mask, emit.shape(shape, { infer: true })]);
  },
  vjp: null,
});

/** An odd factor and an offset for a site: Weyl steps of two irrational constants (golden ratio, √2). */
function mixing(site: number): { factor: number; offset: number } {
  return { factor: Math.imul(site + 1, 0x9e3779b9) | 1, offset: Math.imul(site + 1, 0x6a09e667) };
}

/** How long the random tables must be for a site, as sizes: [rows, columns]. */
export function tableSizes({ shape }: DropoutSite): readonly [Size, Size] {
  return [elements(shape.slice(0, -1)), shape.at(-1) ?? 1];
}
