/** Taps: named places where a layer exposes a value and continues with the one it gets back. */
import { heedError } from "../errors.ts";
import { showOperands } from "../ir/op.ts";
import { type Size, sameShape, times } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { range } from "../ops/range.ts";
import { reshape, transpose } from "../ops/reshape.ts";
import { scan as plainScan, type Scanned, type ScanOptions } from "../ops/scan.ts";

/**
 * The axes of every tap, explained in docs/taps.md. One step of a recurrence has the same axes, with a `length` or
 * `queries` of 1.
 */
export const tapAxes = {
  ids: ["batch", "length"],
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
  weighted: ["batch", "heads", "queries", "keys", "dValue"],
  heads: ["batch", "heads", "queries", "dValue"],
  output: ["batch", "length", "dim"],
  outputs: ["batch", "length", "dim"],
  skipped: ["batch", "length", "dim"],
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
  logits: ["batch", "length", "classes"],
  probabilities: ["batch", "length", "classes"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The name of a tap, the last part of its path: `weights` in `decoder.1.cross.weights`. */
export type TapName = keyof typeof tapAxes;

/**
 * Called for every tap; returns the value to continue with: the same one, or another of its type and shape.
 *
 * @param position  Inside a recurrence, int32 []: the position of this step in the sequence. `value` is then that of one
 *   step.
 */
export type Observer = (path: string, value: Value, position?: Value) => Value;

type Scan = typeof plainScan;

/** The taps of one model. */
export interface Tapping {
  /** Tapped values by path; those of a recurrence cover all steps. */
  readonly taps: ReadonlyMap<string, Value>;
  readonly tap: (path: string, name: TapName, value: Value) => Value;
  /** The `scan` op for steps that tap. */
  readonly scan: Scan;
}

interface Step {
  readonly position: Value | undefined;
  readonly seen: Map<string, { readonly name: TapName; readonly value: Value }>;
}

const POSITION = "position of the step";

/** Records tapped values, each as answered by the observer `at`, if there is one. */
export function openTaps(at?: Observer): Tapping {
  const taps = new Map<string, Value>();
  let current: Step | undefined;
  const observe = (path: string, value: Value): Value =>
    at ? checkAnswer(path, value, at(path, value, current?.position)) : value;
  return {
    taps,
    tap: (path, name, value) => {
      const shown = current ? withTimeAxis(path, name, value) : value;
      const answer = observe(path, shown);
      if (current) current.seen.set(path, { name, value: answer });
      else taps.set(path, answer);
      return answer === shown ? value : reshape(answer, value.shape);
    },
    scan: ((options: ScanOptions<Values, Values, Values>): Scanned<Values, Values> => {
      const outer = current;
      const seen: Step["seen"] = new Map();
      const length = Object.values(options.sequences)[0]?.shape[0];
      const positions = at && length !== undefined ? { [POSITION]: range(length) } : {};
      const scanned = plainScan({
        ...options,
        sequences: { ...options.sequences, ...positions },
        step: (state: Values, element: Values) => {
          current = { position: element[POSITION], seen };
          try {
            const { state: after, outputs } = options.step(state, element);
            const tapped = Array.from(seen, ([path, { value }]) => [`tap ${path}`, value]);
            return { state: after, outputs: { ...outputs, ...Object.fromEntries(tapped) } };
          } finally {
            current = outer;
          }
        },
      });
      // A tap in a nested scan has two time axes, but a path has room for one.
      if (!outer) {
        for (const [path, { name }] of seen)
          taps.set(path, joinSteps(name, scanned.outputs[`tap ${path}`] as Value));
      }
      return scanned;
    }) as Scan,
  };
}

type Values = Readonly<Record<string, Value>>;

/** @throws ERR_SHAPE for an answer of another type or shape than the value. */
function checkAnswer(path: string, value: Value, answer: Value): Value {
  if (answer.dtype === value.dtype && sameShape(answer.shape, value.shape)) return answer;
  throw heedError("ERR_SHAPE", {
    operation: `at ${path}`,
    problem:
      "the observer must answer with the type and shape of the tapped value; `expand` broadcasts to a shape",
    operands: showOperands({ value, answer }),
  });
}

const timeAxisOf = (name: TapName): number =>
  tapAxes[name].findIndex((axis) => axis === "length" || axis === "queries");

/** A step's value with all axes of its tap: steps often omit the time axis, which has size 1. */
function withTimeAxis(path: string, name: TapName, value: Value): Value {
  const [time, rank] = [timeAxisOf(name), tapAxes[name].length];
  if (time < 0) {
    const problem = `"${path}" has no time axis, so it cannot be tapped in a step of a scan`;
    throw heedError("ERR_GRAPH", { operation: "tap", problem });
  }
  return value.shape.length === rank
    ? value
    : reshape(value, [...value.shape.slice(0, time), 1, ...value.shape.slice(time)]);
}

/** [steps, ...axes] with 1 on the time axis (in a beam: the hypotheses)  ->  [...axes] with all steps on it */
function joinSteps(name: TapName, stacked: Value): Value {
  const time = timeAxisOf(name);
  const [steps, ...axes] = stacked.shape as [Size, ...Size[]];
  const before = axes.slice(0, time).map((_, i) => i + 1);
  const after = axes.slice(time).map((_, i) => time + i + 1);
  const shape = axes.map((size, i) => (i === time ? times(steps, size) : size));
  return reshape(transpose(stacked, [...before, 0, ...after]), shape);
}

/** Taps a value in another layout: `there` converts to it, `back` converts the answer from it. */
export function tapAs(
  { tap }: { readonly tap: (name: TapName, value: Value) => Value },
  name: TapName,
  value: Value,
  there: (value: Value) => Value,
  back: (answer: Value) => Value,
): Value {
  const shown = there(value);
  const answer = tap(name, shown);
  return answer === shown ? value : back(answer);
}
