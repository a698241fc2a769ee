/** The table of samples as graphs with numbers to feed them. */
import { isFloat } from "../../src/ir/dtype.ts";
import { input, parameter, scalar } from "../../src/ir/leaf.ts";
import type { Shape } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { add, mul, sum } from "../../src/ops/index.ts";
import { randomStream } from "../../src/random.ts";
import { type HostValue, host, lengthsOf } from "./graph-run.ts";
import { lengths, type OperandSpec, type Sample } from "./samples.ts";

const spec = (operand: Shape | OperandSpec): OperandSpec =>
  "shape" in operand ? operand : { shape: operand };

/** `[batch, 3] · [3] int32` */
export function describeSample({ operands, about }: Sample): string {
  const shapes = operands
    .map(spec)
    .map(({ shape, dtype }) => `[${shape.join(", ")}]${dtype ? ` ${dtype}` : ""}`);
  return `${shapes.join(" · ")}${about ? ` (${about})` : ""}`.trim();
}

export interface Prepared {
  readonly operands: readonly Value[];
  /** The operands that gradients are taken of. */
  readonly wrt: readonly Value[];
  readonly feeds: Record<string, HostValue>;
  readonly outputs: readonly Value[];
}

/** The sample's operands as leaves with random numbers of type `float`, and what its call makes of them. */
export function prepare(sample: Sample, float: "float32" | "float64" = "float64"): Prepared {
  const uniform = randomStream(7, describeSample(sample));
  const feeds: Record<string, HostValue> = {};
  const operands = sample.operands
    .map(spec)
    .map(({ shape, dtype = float, between = [-1, 1], data, leaf }, i) => {
      const [low, high] = between;
      const actual = lengthsOf(shape, lengths);
      feeds[`x${i}`] = host(dtype, actual, data ?? (() => low + (high - low) * uniform()));
      return leaf === "parameter" ? parameter(`x${i}`, dtype, actual) : input(`x${i}`, dtype, shape);
    });
  const called = sample.call(...operands);
  const wrt = operands.filter(({ dtype }, i) => isFloat(dtype) && !spec(sample.operands[i] as Shape).fixed);
  return { operands, wrt, feeds, outputs: "node" in called ? [called] : called };
}

/** Σ x · r with random r over the `float` ones among `xs`: a scalar that every element has its own part in. */
export function project(
  xs: readonly Value[],
  name: string,
  feeds: Record<string, HostValue>,
  float: "float32" | "float64" = "float64",
): Value {
  const uniform = randomStream(11, name);
  let loss = scalar(float, 0);
  xs.forEach((x, i) => {
    if (x.dtype !== float) return;
    const weight = input(`${name}${i}`, float, x.shape);
    const actual = lengthsOf(x.shape, lengths);
    feeds[`${name}${i}`] = host(float, actual, () => 2 * uniform() - 1);
    loss = add(loss, sum(mul(x, weight)));
  });
  return loss;
}

/** Operands as outputs: an operand that nothing reads may still be what says how long "time" is. */
export function keep(operands: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(operands.map((operand, i) => [`kept${i}`, operand]));
}
