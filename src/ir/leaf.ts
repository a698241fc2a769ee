import { heedError } from "../errors.ts";
import { type DType, type HostArray, hostArray } from "./dtype.ts";
import { apply, defineOp } from "./op.ts";
import { elements, plus, type Shape, showShape } from "./size.ts";
import type { TensorType, Value } from "./value.ts";

export interface NamedType extends TensorType {
  readonly name: string;
}

/** A tensor fed at every run. The spelling of sizes does not matter: "source*batch" is "batch*source". */
export function input(name: string, dtype: DType, shape: Shape): Value {
  return apply(inputOp, [], { name, dtype, shape: shape.map((size) => plus(size, 0)) });
}

export const inputOp = defineOp<[], NamedType>({
  name: "input",
  type: (_, { dtype, shape }) => ({ dtype, shape }),
  onnx: (emit, _, attrs) => emit.input(attrs.name, attrs),
  vjp: null,
});

/** A tensor that lives in the runtime between runs: a weight, a moment, a counter. `name` is its path. */
export function parameter(name: string, dtype: DType, shape: readonly number[]): Value {
  return apply(parameterOp, [], { name, dtype, shape });
}

export const parameterOp = defineOp<[], NamedType>({
  name: "parameter",
  type: (_, { dtype, shape }) => ({ dtype, shape }),
  onnx: (emit, _, attrs) => emit.input(attrs.name, attrs),
  vjp: null,
});

export interface ConstantAttrs extends TensorType {
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** A tensor of fixed numbers, row-major. @throws ERR_SHAPE when `data` does not fit `shape`. */
export function constant(dtype: DType, shape: readonly number[], data: ArrayLike<number> | HostArray): Value {
  const length = elements(shape) as number;
  if (data.length !== length) {
    throw heedError("ERR_SHAPE", {
      operation: "constant",
      problem: `${showShape(shape)} holds ${length} elements but data has ${data.length}`,
    });
  }
  const array = hostArray(dtype, length);
  for (let i = 0; i < length; i++) {
    const element = data[i] as number | bigint;
    array[i] = array instanceof BigInt64Array ? BigInt(element) : Number(element);
  }
  return apply(constantOp, [], { dtype, shape, data: array });
}

/** A rank-0 constant. */
export function scalar(dtype: DType, value: number): Value {
  return constant(dtype, [], [value]);
}

export const constantOp = defineOp<[], ConstantAttrs>({
  name: "constant",
  type: (_, { dtype, shape }) => ({ dtype, shape }),
  onnx: (emit, _, { dtype, shape, data }) =>
    shape.length === 0 ? emit.scalar(dtype, Number(data[0])) : emit.constant(dtype, shape, data),
  vjp: null,
});

/** The name of an input or parameter; undefined for any other value. */
export function leafName(value: Value): string | undefined {
  const { op, attrs } = value.node;
  return op === inputOp || op === parameterOp ? (attrs as NamedType).name : undefined;
}
