import { type Shape, sameShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { reshape, reshapeOp } from "./reshape.ts";

/**
 * Work that goes element by element, or row by row, is done before a reshape and not after it: products flatten what they
 * read, and of the reshapes between two of them most then undo each other.
 *
 * @param operands  The first of full shape, the others too, or one number, or one number for each row or column.
 * @returns the operands at the shape of fewer axes that one of them had before, or null when there is none.
 */
export function flattened(operands: readonly Value[]): Value[] | null {
  const [{ shape }] = operands as [Value, ...Value[]];
  const flat = operands.flatMap((x) => (sameShape(x.shape, shape) ? flatterShape(x) : []))[0];
  if (!flat) return null;
  const rows = (of: Shape): Shape => [...of.slice(0, -1), 1];
  const found: Value[] = [];
  for (const x of operands) {
    if (sameShape(x.shape, shape)) found.push(reshape(x, flat));
    else if (x.shape.length === 0) found.push(x);
    else if (shape.at(-1) !== flat.at(-1)) return null;
    else if (sameShape(x.shape, shape.slice(-1))) found.push(x);
    else if (sameShape(x.shape, rows(shape))) found.push(reshape(x, rows(flat)));
    else return null;
  }
  return found;
}

/** The same for work that goes row by row. */
export function flattenedRows(x: Value): Value | null {
  const [flat] = flattened([x]) ?? [];
  return flat && flat.shape.at(-1) === x.shape.at(-1) ? flat : null;
}

/** What a reshape made of fewer axes. */
function flatterShape(x: Value): [] | [Shape] {
  if (x.node.op !== reshapeOp) return [];
  const { shape } = x.node.inputs[0] as Value;
  return shape.length > 0 && shape.length < x.shape.length ? [shape] : [];
}
