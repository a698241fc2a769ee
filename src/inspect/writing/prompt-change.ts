/** Interventions in a prompt, which a language model reads at once before it takes steps. */
import { splitTap } from "../../nn/match-taps.ts";
import { tapAxes } from "../../nn/taps.ts";
import { type Change, changeOf, type Intervention } from "../looking/intervention.ts";
import { isRowAxis } from "../looking/subject.ts";
import { atStep, hasRows, type SteppedTap, shapeAt } from "./step-change.ts";

/**
 * The change of a tap for all rows of a prompt: in each row that of its step, which sees no later keys.
 *
 * @param shape  Of the tap, with as many rows as the prompt has tokens.
 */
export function changeInPrompt(
  tap: SteppedTap,
  shape: readonly number[],
  interventions: readonly Intervention[],
  tokens: number,
): Change | undefined {
  const { path } = tap;
  const at = (position: number, partShape: readonly number[]): Change | undefined =>
    changeOf(
      path,
      partShape,
      interventions.flatMap((one) => atStep(tap, one, position, partShape) ?? []),
    );
  if (!hasRows(path)) return at(tokens - 1, shape);
  const size = shape.reduce((product, n) => product * n, 1);
  const [keep, put] = [new Float32Array(size).fill(1), new Float32Array(size)];
  const axes: readonly string[] = tapAxes[splitTap(path)[1]];
  const rowAxis = axes.findIndex(isRowAxis);
  let renormalise: boolean | undefined;
  for (let row = 0; row < tokens; row++) {
    const partShape = shapeAt(tap, row, new Map());
    const part = at(row, partShape);
    if (!part) continue;
    renormalise = renormalise || part.renormalise;
    part.keep.forEach((factor, from) => {
      const place = placeIn(shape, partShape, from, rowAxis, row);
      keep[place] = factor;
      put[place] = part.put[from] as number;
    });
  }
  return renormalise === undefined ? undefined : { keep, put, renormalise };
}

/** Where a number of one row stands among those of all rows. */
function placeIn(
  shape: readonly number[],
  partShape: readonly number[],
  from: number,
  rowAxis: number,
  row: number,
): number {
  let [left, stride, place] = [from, 1, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = partShape[axis] as number;
    place += (axis === rowAxis ? row : left % size) * stride;
    left = Math.floor(left / size);
    stride *= shape[axis] as number;
  }
  return place;
}
