import { type Shape, sameShape } from "../ir/size.ts";
import type { Node, Value } from "../ir/value.ts";

/** The shapes that a node is written in, before a reshape of its operands instead of after it. */
export interface Flattening {
  /** By operand; undefined for one that stays as it is. */
  readonly operands: readonly (Shape | undefined)[];
  readonly outputs: readonly Shape[];
}

const perRow = (of: Shape): Shape => [...of.slice(0, -1), 1];

/**
 * How a node that goes element by element, or row by row, is written before a reshape: products flatten what they read,
 * and of the reshapes between two of them most then undo each other. Undefined where it is written as it stands.
 *
 * @param before  The shape that an operand had before it was reshaped, if it was.
 */
export function flattening(
  { op, inputs, attrs, outputs }: Node,
  before: (operand: number) => Shape | undefined,
): Flattening | undefined {
  const reach = op.reach?.(inputs, attrs);
  const shape = reach === "row" ? inputs[0]?.shape : outputs[0]?.shape;
  if (!reach || !shape) return undefined;
  const isFull = (value: Value): boolean => sameShape(value.shape, shape);
  const flat = flatShape(
    inputs.flatMap((input, i) => (isFull(input) ? [before(i)] : [])),
    shape,
  );
  if (!flat) return undefined;
  // Rows may be as long as before, or cut and joined: then nothing may belong to one.
  const keepsRows = shape.at(-1) === flat.at(-1);
  const fits = (input: Value): boolean =>
    isFull(input) ||
    input.shape.length === 0 ||
    (keepsRows && (sameShape(input.shape, shape.slice(-1)) || sameShape(input.shape, perRow(shape))));
  if ((reach === "row" && !keepsRows) || !inputs.every(fits)) return undefined;
  return {
    operands: inputs.map((input) => {
      if (isFull(input)) return flat;
      return input.shape.length > 1 ? perRow(flat) : undefined;
    }),
    outputs: outputs.map((output) => (isFull(output) ? flat : perRow(flat))),
  };
}

/** The shape that all full operands were reshaped from, or one of fewer axes, which the others then get too. */
function flatShape(sources: readonly (Shape | undefined)[], shape: Shape): Shape | undefined {
  const [first] = sources;
  const isShared = first && sources.every((other) => other && sameShape(other, first));
  const flat = isShared ? first : sources.find((one) => one && one.length > 0 && one.length < shape.length);
  return flat && flat.length > 0 ? flat : undefined;
}
