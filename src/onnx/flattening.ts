import { type Shape, sameShape } from "../ir/size.ts";
import type { Node, Value } from "../ir/value.ts";

/** The shapes a node is written with when it moves before the reshape of its operands. */
export interface Flattening {
  /** One per operand; undefined for one that stays as it is. */
  readonly operands: readonly (Shape | undefined)[];
  readonly outputs: readonly Shape[];
}

const perRow = (shape: Shape): Shape => [...shape.slice(0, -1), 1];

/**
 * How to write an elementwise or rowwise node before a reshape: products flatten their operands, so most reshapes between
 * two products then cancel out. Undefined when the node is written as it is.
 *
 * @param before  The shape of an operand before it was reshaped; undefined if it was not.
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
  // If the reshape splits or joins rows, every operand must be full or a scalar.
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

/** The shape that all full operands were reshaped from, or else one with fewer axes, which the others then take. */
function flatShape(sources: readonly (Shape | undefined)[], shape: Shape): Shape | undefined {
  const [first] = sources;
  const isShared = first && sources.every((other) => other && sameShape(other, first));
  const flat = isShared
    ? first
    : sources.find((source) => source && source.length > 0 && source.length < shape.length);
  return flat && flat.length > 0 ? flat : undefined;
}
