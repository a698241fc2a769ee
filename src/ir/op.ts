import { heedError } from "../errors.ts";
import type { DType, HostArray } from "./dtype.ts";
import { type Shape, type Size, showShape } from "./size.ts";
import type { Node, TensorType, Value } from "./value.ts";

/** An ONNX attribute. Integers and lists of integers are written plainly; a float as `{ float: 0.5 }`. */
export type OnnxAttr = number | string | readonly number[] | { readonly float: number } | Subgraph;

/** A graph inside the graph, as `emit.graph` wrote it. */
export interface Subgraph {
  readonly graph: object;
}

/** The name of a tensor in the ONNX graph; "" omits an optional input. */
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
  /** An int64 vector initialiser, for axes, starts and the like. */
  ints(values: readonly number[]): Name;
  /** The int64 vector holding `shape` at run time. With `infer`, one unknown size may be written as -1. */
  shape(shape: Shape, options?: { infer?: boolean }): Name;
  /** The int64 vector of length 1 holding `size` at run time. */
  size(size: Size): Name;
  /** Reshapes x from shape `from` to `to`. Reshapes that undo each other are not written. */
  reshape(x: Name, from: Shape, to: Shape): Name;
  /** A graph input of this name and type. */
  input(name: string, type: TensorType): Name;
  /** A graph for an attribute: `results` as functions of `bound`; `around` names the outside values they read. */
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
  /** Whether the gradient of this input is needed. */
  readonly needs: (input: Value) => boolean;
  /** For an op that holds a graph. */
  readonly pullback: Pullback;
}

/**
 * The reverse sweep over `nodes` (inputs first) from the gradients of some of their values to those of `wrt`. A value
 * that no given gradient reaches is absent.
 */
export type Pullback = (
  nodes: readonly Node[],
  grads: ReadonlyMap<Value, Value>,
  wrt: readonly Value[],
) => ReadonlyMap<Value, Value>;

/** What an op may use to sum its output over the steps of a scan without computing it at each step. */
export interface SumContext<I extends readonly Value[], A> {
  readonly inputs: I;
  readonly attrs: A;
  /** Input `i` of all steps, on a new first axis. */
  readonly stacked: (i: number) => Value;
  /** The sum of input `i` over all steps; null if that has no shortcut either. */
  readonly summed: (i: number) => Value | null;
}

/** An op is one record: shape rule, ONNX lowering and gradient together. */
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
  /** Vector-Jacobian product: one gradient per input, null where none exists. Null if no gradient passes the op. */
  readonly vjp: ((context: VjpContext<I, A>) => GradientsOf<I>) | null;
  /** The sum of the output over steps, from the inputs of all steps: one large product instead of many small ones. */
  readonly overSteps?: (context: SumContext<I, A>) => Value | null;
  /**
   * How much of the full-shape operands an element of the result depends on: the element at the same place, its row
   * along the last axis, or, by default, anything. Lowering may move an op with a reach before a reshape, so its `onnx`
   * must not depend on how the axes before the last are laid out.
   */
  readonly reach?: (inputs: I, attrs: A) => "element" | "row" | undefined;
  /** The graph that the op holds, for code that reads graphs. */
  readonly body?: (attrs: A) => Body;
}

/** A graph inside a graph: `results` as functions of `bound` and of outside values. */
export interface Body {
  readonly bound: readonly Value[];
  readonly results: readonly Value[];
}

// The types of a record are erased here so that all records fit one graph.
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

/** The axis, counted from the front; -1 is the last. @throws ERR_SHAPE outside the rank of x. */
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
