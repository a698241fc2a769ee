import { type DType, type HostArray, hostArray } from "../../src/ir/dtype.ts";
import { evaluate, type Shape } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower } from "../../src/onnx/lower.ts";
import type { Engine, SessionOptions } from "../../src/runtime/engine.ts";

export interface HostValue {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** A graph on the runtime that takes host numbers and gives host numbers. */
export interface GraphRun {
  (feeds: Readonly<Record<string, HostValue>>): Promise<Record<string, HostValue>>;
  close(): void;
}

/** Opens a session for `outputs` on an engine. */
export async function openOn(
  engine: Engine,
  outputs: Readonly<Record<string, Value>>,
  session: SessionOptions = {},
): Promise<GraphRun> {
  const model = lower({ outputs: new Map(Object.entries(outputs)) });
  const loaded = await engine.load(model.bytes, session);
  const run = async (feeds: Readonly<Record<string, HostValue>>): Promise<Record<string, HostValue>> => {
    const inputs = [...model.inputs.keys()].map((name) => {
      const feed = feeds[name];
      if (!feed) throw new Error(`the test feeds no "${name}"`);
      return [name, engine.tensor(feed.dtype, feed.shape, feed.data)] as const;
    });
    const fetched = await loaded.run(
      new Map(inputs),
      new Map(Object.keys(outputs).map((name) => [name, undefined])),
    );
    const results: Record<string, HostValue> = {};
    for (const [name, tensor] of fetched) {
      results[name] = { dtype: tensor.dtype, shape: [...tensor.shape], data: (await tensor.read()).slice() };
      tensor.dispose();
    }
    for (const [, tensor] of inputs) tensor.dispose();
    return results;
  };
  return Object.assign(run, { close: () => loaded.close() });
}

/** A shape whose symbols have been given lengths. */
export function lengthsOf(shape: Shape, lengths: ReadonlyMap<string, number>): number[] {
  return shape.map((size) => {
    const length = evaluate(size, lengths);
    if (length === undefined) throw new Error(`the test has no length for "${size}"`);
    return length;
  });
}

export const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Numbers of a type, from a list or from a function of the place. */
export function host(
  dtype: DType,
  shape: readonly number[],
  from: ArrayLike<number> | ((at: number) => number),
): HostValue {
  const data = hostArray(dtype, count(shape));
  for (let i = 0; i < data.length; i++) {
    const element = typeof from === "function" ? from(i) : (from[i] as number);
    data[i] = data instanceof BigInt64Array ? BigInt(element) : element;
  }
  return { dtype, shape, data };
}
