/** Geometry of a loss curve: the whole length of a training, and what is known of it so far. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

export interface CurvePoint {
  readonly step: number;
  readonly loss: number;
}

export interface LossCurve {
  /** Paths of the losses of single updates, and of their running mean. */
  readonly raw: string;
  readonly mean: string;
  readonly validations: readonly (CurvePoint & { readonly x: number; readonly y: number })[];
  readonly xTicks: readonly { readonly at: number; readonly label: string }[];
  readonly yTicks: readonly { readonly at: number; readonly label: string }[];
  readonly x: (step: number) => number;
}

/** Room for the axes, in px. */
export const margin = { left: 44, right: 14, top: 12, bottom: 26 } as const;

/** Share of a new loss in the running mean. */
const SMOOTHING = 0.08;
/** Most points that are drawn; of more, every n-th. */
const POINTS = 800;

export function lossCurve(
  updates: readonly CurvePoint[],
  validations: readonly CurvePoint[],
  { width, height, steps }: { readonly width: number; readonly height: number; readonly steps: number },
): LossCurve {
  const x = scaleLinear([0, Math.max(1, steps)], [margin.left, width - margin.right]);
  const highest = updates.reduce((most, { loss }) => Math.max(most, loss), 1);
  const y = scaleLinear([0, Math.ceil(highest)], [height - margin.bottom, margin.top]);
  const every = Math.ceil(updates.length / POINTS);
  const drawn = <P>(points: readonly P[]): P[] =>
    points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const path = line<CurvePoint>(
    ({ step }) => x(step),
    ({ loss }) => y(loss),
  ).digits(1);
  const tick = (scale: typeof x) => (value: number) => ({
    at: scale(value),
    label: value.toLocaleString("en"),
  });
  return {
    raw: path(drawn(updates)) ?? "",
    mean: path(drawn(smoothed(updates))) ?? "",
    validations: validations.map((point) => ({ ...point, x: x(point.step), y: y(point.loss) })),
    xTicks: x.ticks(Math.max(2, Math.floor(width / 110))).map(tick(x)),
    yTicks: y.ticks(4).map(tick(y)),
    x,
  };
}

/** The running mean of losses: of all of them while they are few. */
export function smoothed(points: readonly CurvePoint[]): CurvePoint[] {
  let mean = points[0]?.loss ?? 0;
  return points.map(({ step, loss }, i) => {
    mean += Math.max(SMOOTHING, 1 / (i + 1)) * (loss - mean);
    return { step, loss: mean };
  });
}
