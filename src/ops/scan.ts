import { heedError } from "../errors.ts";
import { dissect } from "../ir/body.ts";
import { isFloat } from "../ir/dtype.ts";
import { apply, applyMany, defineOp, type Pullback, showOperands } from "../ir/op.ts";
import { type Size, sameShape } from "../ir/size.ts";
import type { Node, TensorType, Value } from "../ir/value.ts";
import { expand } from "./broadcast.ts";
import { add } from "./elementwise.ts";
import { zeros } from "./gather.ts";
import { recomputed } from "./recompute.ts";
import { reshape } from "./reshape.ts";

type Values = Readonly<Record<string, Value>>;

export interface ScanOptions<S extends Values, X extends Values, Y extends Values> {
  /** Initial values of what each step hands to the next. */
  readonly state: S;
  /** Each step reads one element of every sequence: [time, ...]. */
  readonly sequences: X;
  /** One step. It may read any other value; whatever is the same at all steps is computed once, outside the scan. */
  readonly step: (state: S, element: X) => { readonly state: S; readonly outputs: Y };
  /** Runs from the last element to the first. Default false. */
  readonly reverse?: boolean;
}

export interface Scanned<S, Y> {
  /** The state after the last step. */
  readonly state: S;
  /** Outputs of all steps, in the order of the sequences: [time, ...]. */
  readonly outputs: Y;
  /** Any value of a step, at all steps: [time, ...]. Costs nothing unless called. */
  readonly stacked: (value: Value) => Value;
}

/**
 * A recurrence over the first axis of sequences; its length may be symbolic.
 *
 *   state_t, output_t = step(state_{t-1}, element_t)
 *
 * Its gradient is a scan in the opposite direction, over values that this one keeps.
 *
 * @throws ERR_SHAPE when there is no sequence, sequences differ in length, or a step changes the type of a state.
 */
export function scan<S extends Values, X extends Values, Y extends Values>(
  options: ScanOptions<S, X, Y>,
): Scanned<S, Y> {
  const { state, sequences, reverse = false } = options;
  if (Object.values(sequences)[0]?.shape[0] === 1) return singleStep(options);
  const stateIn = mapValues(state, (value) => bound(value));
  const elements = mapValues(sequences, ({ dtype, shape }) => bound({ dtype, shape: shape.slice(1) }));
  const next = options.step(stateIn as S, elements as X);
  const names = Object.keys(state);
  const scanned = makeScan({
    stateIn: Object.values(stateIn),
    initial: Object.values(state),
    elements: Object.values(elements),
    sequences: Object.values(sequences),
    stateOut: names.map((name) => next.state[name] as Value),
    wanted: Object.values(next.outputs),
    reverse,
  });
  return {
    state: Object.fromEntries(names.map((name, i) => [name, scanned.final[i]])) as S,
    outputs: mapValues(next.outputs, scanned.stacked) as Y,
    stacked: scanned.stacked,
  };
}

/** A single step needs no scan; decoding takes one per token. */
function singleStep<S extends Values, X extends Values, Y extends Values>({
  state,
  sequences,
  step,
}: ScanOptions<S, X, Y>): Scanned<S, Y> {
  const stacked = (value: Value): Value => reshape(value, [1, ...value.shape]);
  const next = step(state, mapValues(sequences, (x) => reshape(x, x.shape.slice(1))) as X);
  return { state: next.state, outputs: mapValues(next.outputs, stacked) as Y, stacked };
}

const mapValues = (values: Values, f: (value: Value) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));

/** Stands for a value that each step of a scan receives. */
function bound({ dtype, shape }: TensorType): Value {
  return apply(boundOp, [], { dtype, shape });
}

export const boundOp = defineOp<[], TensorType>({
  name: "bound",
  type: (_, { dtype, shape }) => ({ dtype, shape }),
  onnx: () => {
    const problem = "a value of one step is used outside the scan; call `stacked` to get it at all steps";
    throw heedError("ERR_GRAPH", { operation: "scan", problem });
  },
  vjp: null,
});

export interface ScanParts {
  /** Per state: the value a step receives, its initial value, and the value a step returns. */
  readonly stateIn: readonly Value[];
  readonly initial: readonly Value[];
  readonly stateOut: readonly Value[];
  /** Per sequence: the element a step receives, and the whole sequence. */
  readonly elements: readonly Value[];
  readonly sequences: readonly Value[];
  /** Values of a step that will be requested at all steps, or that such values depend on. */
  readonly wanted: readonly Value[];
  readonly reverse: boolean;
}

export interface ScanAttrs extends Omit<ScanParts, "initial" | "sequences" | "wanted"> {
  readonly length: Size;
  readonly nodes: readonly Node[];
  /** Values of a step that the scan can return for all steps: its outputs after the final states. */
  readonly kept: readonly Value[];
  readonly captured: readonly Value[];
}

function makeScan(parts: ScanParts): { final: readonly Value[]; stacked: (value: Value) => Value } {
  const { stateIn, initial, elements, sequences, stateOut, wanted, reverse } = parts;
  const length = sequences[0]?.shape[0];
  if (length === undefined) {
    const problem = "there is no sequence, so the number of steps is unknown";
    throw heedError("ERR_SHAPE", { operation: "scan", problem });
  }
  const { nodes, captured } = dissect({
    bound: [...stateIn, ...elements],
    results: [...stateOut, ...wanted],
  });
  const kept = [...stateIn, ...nodes.flatMap(({ outputs }) => outputs)];
  const attrs: ScanAttrs = { stateIn, elements, stateOut, reverse, length, nodes, kept, captured };
  const outputs = applyMany(scanOp, [...initial, ...sequences, ...captured], attrs);
  const stackedOf = new Map(kept.map((value, i) => [value, outputs[stateIn.length + i] as Value]));
  elements.forEach((element, i) => {
    stackedOf.set(element, sequences[i] as Value);
  });
  return {
    final: outputs.slice(0, stateIn.length),
    stacked: (value) =>
      stackedOf.get(value) ?? expand(reshape(value, [1, ...value.shape]), [length, ...value.shape]),
  };
}

/** Inputs: initial states, sequences, captured values. Outputs: final states, then each of `kept` at all steps. */
export const scanOp = defineOp<Value[], ScanAttrs>({
  name: "scan",
  type: (inputs, { stateIn, elements, stateOut, length, kept }) => {
    stateIn.forEach((state, i) => {
      for (const other of [inputs[i], stateOut[i]]) {
        if (other && other.dtype === state.dtype && sameShape(other.shape, state.shape)) continue;
        const operands = showOperands(other ? { before: state, after: other } : { before: state });
        const problem = "a step must return each state with the type it received";
        throw heedError("ERR_SHAPE", { operation: "scan", problem, operands });
      }
    });
    elements.forEach(({ shape }, i) => {
      const sequence = inputs[stateIn.length + i] as Value;
      if (sameShape(sequence.shape, [length, ...shape])) return;
      const problem = `every sequence must have ${length} elements`;
      throw heedError("ERR_SHAPE", { operation: "scan", problem, operands: showOperands({ sequence }) });
    });
    const stacked = kept.map(({ dtype, shape }) => ({ dtype, shape: [length, ...shape] }));
    return [...stateIn.map(({ dtype, shape }) => ({ dtype, shape })), ...stacked];
  },
  body: ({ stateIn, elements, stateOut, kept }) => ({
    bound: [...stateIn, ...elements],
    results: [...stateOut, ...kept],
  }),
  onnx: (emit, names, { stateIn, elements, stateOut, kept, captured, reverse }, { outputs, used }) => {
    const states = stateIn.length;
    const inputs = names.slice(0, states + elements.length);
    const around = new Map(captured.map((value, i) => [value, names[inputs.length + i] as string]));
    const requested = kept.flatMap((value, i) =>
      used.has(outputs[states + i] as Value) ? [{ value, at: states + i }] : [],
    );
    const results = [...stateOut, ...requested.map(({ value }) => value)];
    const direction = Number(reverse);
    const attributes = {
      body: emit.graph([...stateIn, ...elements], results, around),
      num_scan_inputs: elements.length,
      scan_input_directions: elements.map(() => direction),
      scan_output_directions: requested.map(() => direction),
    };
    const written = emit.many("Scan", inputs, attributes, results.length);
    const outputNames = new Array<string>(outputs.length).fill("");
    for (let i = 0; i < states; i++) outputNames[i] = written[i] as string;
    requested.forEach(({ at }, i) => {
      outputNames[at] = written[states + i] as string;
    });
    return outputNames;
  },
  vjp: ({ inputs, attrs, outputs, grads, needs, pullback }) => {
    const { stateIn, elements, captured } = attrs;
    const states = stateIn.length;
    const needed = [...stateIn, ...elements, ...captured].map(
      (value, i) => isFloat(value.dtype) && (i < states || needs(inputs[i] as Value)),
    );
    const backward = backwardScan(attrs, inputs, outputs, grads, needed, pullback);
    return inputs.map((_, i) => backward[i] ?? null);
  },
});

/** The gradients of a scan's inputs, where needed: a scan over its steps in the opposite direction. */
function backwardScan(
  { stateIn, stateOut, elements, captured, nodes, kept, length, reverse }: ScanAttrs,
  inputs: readonly Value[],
  outputs: readonly Value[],
  grads: readonly (Value | undefined)[],
  needed: readonly boolean[],
  pullback: Pullback,
): (Value | undefined)[] {
  const states = stateIn.length;
  const cotangents = new Map<Value, Value>();
  const accumulate = (value: Value, grad: Value): void => {
    const sum = cotangents.get(value);
    cotangents.set(value, sum ? add(sum, grad) : grad);
  };
  // A step receives the gradients of the state it returned and of its outputs.
  const carried = stateIn.flatMap((state, i) =>
    isFloat(state.dtype) ? [{ i, state, grad: bound(state) }] : [],
  );
  for (const { i, grad } of carried) accumulate(stateOut[i] as Value, grad);
  const received = kept.flatMap((value, k) => {
    const whole = grads[states + k];
    if (!whole) return [];
    const element = bound(value);
    accumulate(value, element);
    return [{ whole, element }];
  });

  const operands = [...stateIn, ...elements, ...captured];
  const wrt = operands.filter((_, i) => needed[i]);
  const stepGrads = pullback(nodes, cotangents, wrt);
  const forward = new Set(nodes);

  // The gradient of a captured value is a sum over steps: taken at once afterwards, or else accumulated on the way.
  const capturedAt = states + elements.length;
  const collected = captured.flatMap((value, k) => {
    const part = needed[capturedAt + k] ? stepGrads.get(value) : undefined;
    if (!part) return [];
    const atOnce = sumOverSteps(part, forward, (value) => bound(stackedType(value, length))) !== null;
    return [{ i: capturedAt + k, part, sum: atOnce ? undefined : bound(value) }];
  });
  const accumulated = collected.flatMap(({ i, part, sum }) => (sum ? [{ i, part, sum }] : []));
  const wanted = [
    ...elements.flatMap((element, k) => (needed[states + k] ? (stepGrads.get(element) ?? []) : [])),
    ...collected.map(({ part }) => part),
  ];
  const stateGrads = carried.map(({ state }) => stepGrads.get(state) ?? zeros(state.dtype, state.shape));
  const sums = accumulated.map(({ part, sum }) => add(sum, part));

  const read = savedFor([...stateGrads, ...sums, ...wanted], { nodes, stateIn, elements });
  // A scan without sequences would not know its number of steps.
  const saved = read.length + received.length > 0 ? read : elements.slice(0, 1);
  const wholeOf = (value: Value): Value =>
    elements.includes(value)
      ? (inputs[states + elements.indexOf(value)] as Value)
      : (outputs[states + kept.indexOf(value)] as Value);
  const back = makeScan({
    stateIn: [...carried.map(({ grad }) => grad), ...accumulated.map(({ sum }) => sum)],
    initial: [
      ...carried.map(({ i, state }) => grads[i] ?? zeros(state.dtype, state.shape)),
      ...accumulated.map(({ sum }) => zeros(sum.dtype, sum.shape)),
    ],
    stateOut: [...stateGrads, ...sums],
    elements: [...saved, ...received.map(({ element }) => element)],
    sequences: [...saved.map(wholeOf), ...received.map(({ whole }) => whole)],
    wanted,
    reverse: !reverse,
  });

  const results = new Array<Value | undefined>(operands.length);
  carried.forEach(({ i }, k) => {
    results[i] = back.final[k];
  });
  elements.forEach((element, k) => {
    const grad = needed[states + k] && stepGrads.get(element);
    if (grad) results[states + k] = back.stacked(grad);
  });
  for (const { i, part, sum } of collected) {
    results[i] = sum
      ? back.final[carried.length + accumulated.findIndex((other) => other.i === i)]
      : (sumOverSteps(part, forward, back.stacked) ?? undefined);
  }
  return results;
}

const stackedType = ({ dtype, shape }: Value, length: Size): TensorType => ({
  dtype,
  shape: [length, ...shape],
});

/** A value of a step summed over all steps, or null when its ops have no shortcut for the sum. */
function sumOverSteps(
  value: Value,
  forward: ReadonlySet<Node>,
  stacked: (value: Value) => Value,
): Value | null {
  const { op, inputs, attrs } = value.node;
  if (forward.has(value.node) || value.node.outputs.length > 1) return null;
  return (
    op.overSteps?.({
      inputs,
      attrs,
      stacked: (i: number) => stacked(inputs[i] as Value),
      summed: (i: number) => sumOverSteps(inputs[i] as Value, forward, stacked),
    }) ?? null
  );
}

/** The values of a forward step that gradients read, except those marked by `recompute`. */
function savedFor(
  results: readonly Value[],
  { nodes, stateIn, elements }: Pick<ScanAttrs, "nodes" | "stateIn" | "elements">,
): Value[] {
  const inside = new Set(nodes);
  const given = new Set([...stateIn, ...elements]);
  const again = recomputed(nodes);
  const saved = new Set<Value>();
  const seen = new Set<Value>();
  const stack = [...results];
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (given.has(value) || (inside.has(value.node) && !again.has(value.node))) saved.add(value);
    else stack.push(...value.node.inputs);
  }
  return [...saved];
}
