import { heedError } from "../errors.ts";
import type { DType, HostArray } from "./dtype.ts";
import { type Shape, type Size, showShape } from "./size.ts";
import type { Node, TensorType, Value } from "./value.ts";

/** An ONNX attribute. Integers and lists of integers stand for themselves; a real number says so. */
export type OnnxAttr = number | string | readonly number[] | { readonly float: number } | Subgraph;

/** A graph inside the graph, as `emit.graph` wrote it. */
export interface Subgraph {
  readonly graph: object;
}

/** The name of a tensor in the ONNX graph; "" leaves an optional input out. */
export type Name = string;

/**
 * Writes ONNX nodes. `emit("Softmax", [x], { axis: -1 })` adds one node and returns the name of its output.
 * Constants and shape tensors are shared across the graph.
 */
export interface Emit {
  (opType: string, inputs: readonly Name[], attributes?: Readonly<Record<string, OnnxAttr>>): Name;
  /** A node with several outputs. */
  many(
    opType: string,
    inputs: readonly Name[],
    attributes: Readonly<Record<string, OnnxAttr>>,
    outputs: number,
  ): Name[];
  /** An initialiser. */
  constant(dtype: DType, shape: readonly number[], data: HostArray): Name;
  /** A rank-0 initialiser. */
  scalar(dtype: DType, value: number): Name;
  /** An int64 vector initialiser, as axes, starts and the like want it. */
  ints(values: readonly number[]): Name;
  /** The int64 vector holding `shape` at run time. With `infer`, one unknown size may be written as -1. */
  shape(shape: Shape, options?: { infer?: boolean }): Name;
  /** The int64 vector of length 1 holding `size` at run time. */
  size(size: Size): Name;
  /** x, of shape `from`, as `to`. Reshapes that undo each other are not written. */
  reshape(x: Name, from: Shape, to: Shape): Name;
  /** A graph input of this name and type. */
  input(name: string, type: TensorType): Name;
  /** A graph for an attribute: `results` as functions of `bound`; `around` names what else they read. */
  graph(bound: readonly Value[], results: readonly Value[], around: ReadonlyMap<Value, Name>): Subgraph;
}

type NamesOf<I extends readonly unknown[]> = { [K in keyof I]: Name };
type GradientsOf<I extends readonly unknown[]> = { readonly [K in keyof I]: Value | null };

export interface VjpContext<I extends readonly Value[], A> {
  readonly inputs: I;
  readonly attrs: A;
  /** The first output, and the gradient that reached it (zeros if only other outputs were used). */
  readonly output: Value;
  readonly grad: Value;
  readonly outputs: readonly Value[];
  /** The gradient of each output; undefined where nothing depends on it. */
  readonly grads: readonly (Value | undefined)[];
  /** Whether anybody wants the gradient of this input. */
  readonly needs: (input: Value) => boolean;
  /** For an op that holds a graph. */
  readonly pullback: Pullback;
}

/**
 * The reverse sweep over `nodes` (in an order of computation) from the gradients of some of their values to those of
 * `wrt`; what does not depend on them is absent.
 */
export type Pullback = (
  nodes: readonly Node[],
  grads: ReadonlyMap<Value, Value>,
  wrt: readonly Value[],
) => ReadonlyMap<Value, Value>;

/** What an op whose outputs are summed over the steps of a scan may use instead of computing them at each. */
export interface SumContext<I extends readonly Value[], A> {
  readonly inputs: I;
  readonly attrs: A;
  /** Input `i` of all steps, on a new first axis. */
  readonly stacked: (i: number) => Value;
  /** The sum of input `i` over all steps; null if that has no shorter way either. */
  readonly summed: (i: number) => Value | null;
}

/** An op is one record: shape rule, ONNX lowering and gradient stand together. */
export interface OpRecord<I extends readonly Value[], A> {
  readonly name: string;
  /** The type of the output, or of each output. Throws ERR_SHAPE or ERR_DTYPE for operands that do not fit. */
  readonly type: (inputs: I, attrs: A) => TensorType | readonly TensorType[];
  readonly onnx: (
    emit: Emit,
    inputs: NamesOf<I>,
    attrs: A,
    node: { readonly inputs: I; readonly outputs: readonly Value[]; readonly used: ReadonlySet<Value> },
  ) => Name | readonly Name[];
  /** Vector-Jacobian product: one gradient per input, null where none exists. Null for an op no gradient passes. */
  readonly vjp: ((context: VjpContext<I, A>) => GradientsOf<I>) | null;
  /** The sum of the output over steps from the inputs of all steps at once: one large product for many small ones. */
  readonly overSteps?: (context: SumContext<I, A>) => Value | null;
  /**
   * How much of the first operand, of full shape, an element of a result depends on: the element at its place, its row
   * along the last axis, or, left out, anything. Lowering does what reaches no further before a reshape and not after it:
   * the record's `onnx` must not care how axes before the last are laid out.
   */
  readonly reach?: (inputs: I, attrs: A) => "element" | "row" | undefined;
  /** The graph that an op holds, for those who read graphs. */
  readonly body?: (attrs: A) => Body;
}

/** A graph inside a graph: `results` as functions of `bound` and of values around it. */
export interface Body {
  readonly bound: readonly Value[];
  readonly results: readonly Value[];
}

// The seam where the types of one record are erased so that all records fit one graph.
// biome-ignore lint/suspicious/noExplicitAny: erased on purpose, restored by `apply`
export type AnyOp = OpRecord<any, any>;

export function defineOp<I extends readonly Value[], A = Record<never, never>>(
  record: OpRecord<I, A>,
): OpRecord<I, A> {
  return record;
}

function isList(type: TensorType | readonly TensorType[]): type is readonly TensorType[] {
  return Array.isArray(type);
}

/** Applies an op with several outputs. */
export function applyMany<I extends readonly Value[], A>(
  op: OpRecord<I, A>,
  inputs: NoInfer<I>,
  attrs: NoInfer<A>,
): readonly Value[] {
  const type = op.type(inputs, attrs);
  const outputs: Value[] = [];
  const node: Node = { op, inputs, attrs, outputs };
  for (const { dtype, shape } of isList(type) ? type : [type]) {
    outputs.push({ node, index: outputs.length, dtype, shape });
  }
  return outputs;
}

/** Applies an op; the result is its first output. */
export function apply<I extends readonly Value[], A>(
  op: OpRecord<I, A>,
  inputs: NoInfer<I>,
  attrs: NoInfer<A>,
): Value {
  const [output] = applyMany(op, inputs, attrs);
  if (!output) throw heedError("ERR_GRAPH", { operation: op.name, problem: "the op has no output" });
  return output;
}

/** `left [batch, 64] · right [32, 10]` */
export function showOperands(operands: Readonly<Record<string, TensorType>>): string {
  return Object.entries(operands)
    .map(([name, { dtype, shape }]) => `${name} ${showShape(shape)}${dtype === "float32" ? "" : ` ${dtype}`}`)
    .join(" · ");
}

/** An axis counted from the front; -1 is the last. */
export function frontAxis(operation: string, axis: number, x: TensorType): number {
  const rank = x.shape.length;
  const front = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || front < 0 || front >= rank) {
    throw heedError("ERR_SHAPE", {
      operation,
      problem: `axis ${axis} is outside a tensor of rank ${rank}`,
      operands: showOperands({ x }),
    });
  }
  return front;
}

/** The size of an axis; -1 is the last. */
export function sizeOf(operation: string, x: TensorType, axis: number): Size {
  return x.shape[frontAxis(operation, axis, x)] as Size;
}

export function requireDType(
  operation: string,
  name: string,
  x: TensorType,
  allowed: readonly DType[],
): void {
  if (!allowed.includes(x.dtype)) {
    throw heedError("ERR_DTYPE", {
      operation,
      problem: `${name} is ${x.dtype} but must be ${allowed.join(" or ")}`,
      operands: showOperands({ [name]: x }),
    });
  }
}
