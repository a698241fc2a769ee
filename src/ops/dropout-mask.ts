import { apply, defineOp, requireDType } from "../ir/op.ts";
import { elements, type Shape, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { emitRange } from "./range.ts";

/** Two vectors of random int32, redrawn at every step; each dropout site mixes them differently. */
export interface RandomTables {
  /** int32 [at least the product of all axes but the last, at the largest site] */
  readonly rows: Value;
  /** int32 [at least the last axis of the widest site] */
  readonly columns: Value;
}

export interface DropoutSite {
  readonly shape: Shape;
  /** The probability that an element survives. */
  readonly keep: number;
  /** Number of this place in the model: two sites draw different masks from the same tables. */
  readonly site: number;
}

/**
 * A mask that is 0 with probability 1 - keep and 1/keep otherwise, determined by (seed, step, site): element (i, j)
 * survives when h², wrapped to int32, is below (keep - 1/2) · 2³², where h = rows[i] + a·columns[j] + b and the site
 * gives a and b. The mask is the same to the bit on every device, and there is no generator state to save.
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
    // Gather, not Slice: WebGPU has no Slice of int32, and a copy to the CPU and back is expensive.
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

/** The lengths of the random tables that a site needs: [rows, columns]. */
export function tableSizes({ shape }: DropoutSite): readonly [Size, Size] {
  return [elements(shape.slice(0, -1)), shape.at(-1) ?? 1];
}
