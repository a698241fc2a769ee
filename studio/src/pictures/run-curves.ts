/** Geometry of learning curves: a line for each group of runs, and faint ones for the runs in it. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

/** [x, y] with x rising. */
export type Points = readonly (readonly [x: number, y: number])[];

export interface CurveGroup {
  readonly name: string;
  readonly mean: Points;
  /** Each run; none where there is one alone. */
  readonly each: readonly Points[];
}

export interface DrawnCurve {
  readonly name: string;
  readonly mean: string;
  readonly each: readonly string[];
  /** Points that are few enough to be marked. */
  readonly dots: readonly { readonly x: number; readonly y: number }[];
}

export interface RunCurves {
  readonly curves: readonly DrawnCurve[];
  readonly xTicks: readonly { readonly at: number; readonly label: string }[];
  readonly yTicks: readonly { readonly at: number; readonly label: string }[];
  readonly x: (value: number) => number;
  /** The x of a place in the picture. */
  readonly xAt: (px: number) => number;
}

/** Room around the lines, in px. */
export const room = { left: 48, right: 16, top: 30, bottom: 40 } as const;

/** Most points of a line: more than there are pixels are not seen. */
const MOST = 600;
/** Most points that are marked. */
const DOTS = 40;

export function runCurves(
  groups: readonly CurveGroup[],
  { width, height }: { readonly width: number; readonly height: number },
): RunCurves {
  const all = groups.flatMap(({ mean, each }) => [mean, ...each].flat()).filter(isNumber);
  const x = scaleLinear(rangeOf([0, ...all.map(([at]) => at)]), [room.left, width - room.right]);
  const y = scaleLinear(rangeOf(all.map(([, value]) => value)), [height - room.bottom, room.top]).nice(5);
  const path = line<Points[number]>(
    ([at]) => x(at),
    ([, value]) => y(value),
  ).digits(1);
  const tick = (scale: typeof x, count: number) =>
    scale.ticks(count).map((value) => ({ at: scale(value), label: scale.tickFormat(count)(value) }));
  return {
    curves: groups.map(({ name, mean, each }) => ({
      name,
      mean: path(thinned(mean.filter(isNumber))) ?? "",
      each: each.map((points) => path(thinned(points.filter(isNumber))) ?? ""),
      dots: mean.length > DOTS ? [] : mean.filter(isNumber).map(([at, value]) => ({ x: x(at), y: y(value) })),
    })),
    xTicks: tick(x, Math.max(2, Math.floor(width / 110))),
    yTicks: tick(y, 5),
    x,
    xAt: (px) => x.invert(px),
  };
}

const isNumber = ([, value]: Points[number]): boolean => Number.isFinite(value);

/** From the smallest to the largest; of one number, a little around it. */
function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - Math.abs(low) / 10 - 0.1, high + Math.abs(high) / 10 + 0.1] : [low, high];
}

/** The means of neighbours, where there are more points than can be seen. */
export function thinned(points: Points): Points {
  const size = Math.ceil(points.length / MOST);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const some = points.slice(i * size, (i + 1) * size);
    const mean = (axis: 0 | 1): number => some.reduce((sum, point) => sum + point[axis], 0) / some.length;
    return [mean(0), mean(1)] as const;
  });
}

/** The point of a curve that is nearest to an x; undefined for an empty curve. */
export function nearest(points: Points, x: number): Points[number] | undefined {
  let found = points[0];
  for (const point of points) if (found && Math.abs(point[0] - x) < Math.abs(found[0] - x)) found = point;
  return found;
}

/**
 * A curve over time in place of steps. Between two steps whose times are known, time passes evenly; what has no time after it
 * goes on at the last pace.
 *
 * @param points   [step, value]
 * @param elapsed  [step, seconds], of which there has to be at least one.
 */
export function overTime(points: Points, elapsed: Points): Points {
  if (elapsed.length === 0) return [];
  return points.map(([step, value]) => [secondsAt(step, elapsed), value] as const);
}

function secondsAt(step: number, elapsed: Points): number {
  const found = elapsed.findIndex(([at]) => at >= step);
  const next = found < 0 ? elapsed.length - 1 : found;
  const [toStep, toSeconds] = elapsed[next] as Points[number];
  const [fromStep, fromSeconds] = elapsed[next - 1] ?? [0, 0];
  return toSeconds + ((step - toStep) * (toSeconds - fromSeconds)) / Math.max(1, toStep - fromStep);
}

/** Seconds, minutes or hours: whichever gives short numbers. */
export function timeUnit(seconds: number): { readonly name: "s" | "min" | "h"; readonly seconds: number } {
  if (seconds < 180) return { name: "s", seconds: 1 };
  return seconds < 3 * 3600 ? { name: "min", seconds: 60 } : { name: "h", seconds: 3600 };
}
