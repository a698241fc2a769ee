/** Taps: the places where a layer shows a value on its way, by name, and goes on with what it gets back. */
import { heedError } from "../errors.ts";
import { showOperands } from "../ir/op.ts";
import { type Size, sameShape, times } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { range } from "../ops/range.ts";
import { reshape, transpose } from "../ops/reshape.ts";
import { scan as plainScan, type Scanned, type ScanOptions } from "../ops/scan.ts";

/**
 * The axes of every tap; docs/taps.md says what they are. Inside a recurrence one step shows the same axes, with a
 * `length` or `queries` of 1.
 */
export const tapAxes = {
  embedding: ["batch", "length", "dim"],
  positions: ["length", "dim"],
  sum: ["batch", "length", "dim"],
  states: ["batch", "length", "dim"],
  queries: ["batch", "heads", "queries", "dKey"],
  keys: ["batch", "heads", "keys", "dKey"],
  values: ["batch", "heads", "keys", "dValue"],
  energies: ["batch", "queries", "keys", "hidden"],
  products: ["batch", "heads", "queries", "keys"],
  unmasked: ["batch", "heads", "queries", "keys"],
  scores: ["batch", "heads", "queries", "keys"],
  weights: ["batch", "heads", "queries", "keys"],
  heads: ["batch", "heads", "queries", "dValue"],
  output: ["batch", "length", "dim"],
  outputs: ["batch", "length", "dim"],
  sublayer: ["batch", "length", "dim"],
  mean: ["batch", "length", "one"],
  deviation: ["batch", "length", "one"],
  normed: ["batch", "length", "dim"],
  inner: ["batch", "length", "hidden"],
  activated: ["batch", "length", "hidden"],
  inputGate: ["batch", "length", "hidden"],
  forgetGate: ["batch", "length", "hidden"],
  outputGate: ["batch", "length", "hidden"],
  resetGate: ["batch", "length", "hidden"],
  updateGate: ["batch", "length", "hidden"],
  candidate: ["batch", "length", "hidden"],
  cell: ["batch", "length", "hidden"],
  hidden: ["batch", "length", "hidden"],
  summary: ["batch", "dim"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What a tap shows. Where it stands is the path before it: `decoder.1.cross.weights`. */
export type TapName = keyof typeof tapAxes;

/**
 * Sees every tap and answers with what goes on: the value itself, or another of its type and shape.
 *
 * @param position  Inside a recurrence, int32 []: which place of the sequence this step is at. `value` is then that of
 *   one step.
 */
export type Observer = (path: string, value: Value, position?: Value) => Value;

type Scan = typeof plainScan;

/** What a model does with its taps. */
export interface Tapping {
  /** What went on, by path; of a recurrence at all steps. */
  readonly taps: ReadonlyMap<string, Value>;
  readonly tap: (path: string, name: TapName, value: Value) => Value;
  /** `scan`, for steps that have taps. */
  readonly scan: Scan;
}

interface Step {
  readonly position: Value | undefined;
  readonly seen: Map<string, { readonly name: TapName; readonly value: Value }>;
}

const POSITION = "position of the step";

/** Keeps what is tapped and lets `at`, if there is one, answer. */
export function openTaps(at?: Observer): Tapping {
  const taps = new Map<string, Value>();
  let inside: Step | undefined;
  const answered = (path: string, value: Value): Value =>
    at ? fitting(path, value, at(path, value, inside?.position)) : value;
  return {
    taps,
    tap: (path, name, value) => {
      const shown = inside ? atOneTime(path, name, value) : value;
      const on = answered(path, shown);
      if (inside) inside.seen.set(path, { name, value: on });
      else taps.set(path, on);
      return on === shown ? value : reshape(on, value.shape);
    },
    scan: ((options: ScanOptions<Values, Values, Values>): Scanned<Values, Values> => {
      const around = inside;
      const seen: Step["seen"] = new Map();
      const length = Object.values(options.sequences)[0]?.shape[0];
      const counted = at && length !== undefined ? { [POSITION]: range(length) } : {};
      const scanned = plainScan({
        ...options,
        sequences: { ...options.sequences, ...counted },
        step: (state: Values, element: Values) => {
          inside = { position: element[POSITION], seen };
          try {
            const { state: after, outputs } = options.step(state, element);
            const tapped = Array.from(seen, ([path, { value }]) => [`tap ${path}`, value]);
            return { state: after, outputs: { ...outputs, ...Object.fromEntries(tapped) } };
          } finally {
            inside = around;
          }
        },
      });
      // Of a scan inside a step of another nobody could say at which of both times.
      if (!around) {
        for (const [path, { name }] of seen)
          taps.set(path, atAllTimes(name, scanned.outputs[`tap ${path}`] as Value));
      }
      return scanned;
    }) as Scan,
  };
}

type Values = Readonly<Record<string, Value>>;

/** @throws ERR_SHAPE for an answer that cannot take the value's place. */
function fitting(path: string, value: Value, answer: Value): Value {
  if (answer.dtype === value.dtype && sameShape(answer.shape, value.shape)) return answer;
  throw heedError("ERR_SHAPE", {
    operation: `at ${path}`,
    problem: "what goes on must have the type and shape of what was there; `expand` gives it one",
    operands: showOperands({ value, answer }),
  });
}

const timeOf = (name: TapName): number =>
  tapAxes[name].findIndex((axis) => axis === "length" || axis === "queries");

/** A value of a step with all axes of its tap: the one of time, of size 1, is often left out. */
function atOneTime(path: string, name: TapName, value: Value): Value {
  const [time, rank] = [timeOf(name), tapAxes[name].length];
  if (time < 0) {
    const problem = `"${path}" has no axis of time, so a step of a scan cannot have a tap of this name`;
    throw heedError("ERR_GRAPH", { operation: "tap", problem });
  }
  return value.shape.length === rank
    ? value
    : reshape(value, [...value.shape.slice(0, time), 1, ...value.shape.slice(time)]);
}

/** [steps, ...axes] with a time of 1 (in a beam: the hypotheses)  ->  [...axes] with all times */
function atAllTimes(name: TapName, stacked: Value): Value {
  const time = timeOf(name);
  const [steps, ...axes] = stacked.shape as [Size, ...Size[]];
  const before = axes.slice(0, time).map((_, i) => i + 1);
  const after = axes.slice(time).map((_, i) => time + i + 1);
  const whole = axes.map((size, i) => (i === time ? times(steps, size) : size));
  return reshape(transpose(stacked, [...before, 0, ...after]), whole);
}

/** A tap that shows a value in another form than it goes on in: `there` leads to that form, `back` from it. */
export function tapAs(
  { tap }: { readonly tap: (name: TapName, value: Value) => Value },
  name: TapName,
  value: Value,
  there: (value: Value) => Value,
  back: (answer: Value) => Value,
): Value {
  const shown = there(value);
  const on = tap(name, shown);
  return on === shown ? value : back(on);
}
