import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { HeedError } from "../../src/errors.ts";
import { constant, input } from "../../src/ir/leaf.ts";
import { print } from "../../src/ir/print.ts";
import { topological, type Value } from "../../src/ir/value.ts";
import {
  add,
  cast,
  exp,
  gather,
  less,
  mul,
  projectedCrossEntropy,
  sin,
  softmax,
  stopGradient,
  sum,
  topK,
  where,
} from "../../src/ops/index.ts";
import { host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

const scalarInput = (name = "x"): Value => input(name, "float64", []);

async function at(value: Value, x: number): Promise<number> {
  const run = await open({ value });
  const result = await run({ x: host("float64", [], [x]) });
  run.close();
  return Number(result.value?.data[0]);
}

test("every derivative of sin x · e^x up to the fourth is right: the fourth is -4 times the function", async () => {
  const x = scalarInput();
  let y = mul(sin(x), exp(x));
  for (let order = 0; order < 4; order++) [y] = gradients(y, [x]) as [Value];
  expect(await at(y, 0.7)).toBeCloseTo(-4 * Math.sin(0.7) * Math.exp(0.7), 10);
});

test("gradients of all paths add up", async () => {
  const x = scalarInput();
  const square = mul(x, x);
  const [dx] = gradients(add(add(square, mul(square, x)), x), [x]) as [Value]; // x² + x³ + x
  expect(await at(dx, 2)).toBeCloseTo(2 * 2 + 3 * 4 + 1, 12);
});

test("a value in the middle of the graph can be differentiated by, and so can the loss itself", async () => {
  const x = scalarInput();
  const middle = mul(x, 3);
  const loss = mul(middle, middle);
  const [byMiddle, byLoss] = gradients(loss, [middle, loss]) as [Value, Value];
  expect(await at(byMiddle, 2)).toBe(12);
  const run = await open({ byLoss });
  expect(Number((await run({})).byLoss?.data[0])).toBe(1);
  run.close();
});

test("a table looked up twice and multiplied, as tied embeddings are, gets one gradient without a sum of tables", async () => {
  const table = input("table", "float64", [4, 2]);
  const rows = (...ids: number[]): Value =>
    gather(table, constant("int32", [ids.length], Int32Array.from(ids)));
  // Σ (E[1] + 2 E[3] + 2 E[3] + E Eᵀ's diagonal)
  const loss = add(add(sum(rows(1)), sum(mul(rows(3, 3), 2))), sum(mul(table, table)));
  const [gradient] = gradients(loss, [table]) as [Value];
  const run = await open({ gradient });
  const E = [1, 2, 3, 4, 5, 6, 7, 8];
  const { data } = (await run({ table: host("float64", [4, 2], E) })).gradient ?? {};
  expect([...(data ?? [])]).toEqual(E.map((e, i) => 2 * e + (i >> 1 === 1 ? 1 : 0) + (i >> 1 === 3 ? 4 : 0)));
  run.close();
  const tables = topological([gradient]).filter(
    ({ op, outputs: [y] }) => op.name === "add" && y?.shape[0] === 4,
  );
  expect(tables.length).toBeLessThanOrEqual(1); // dE of E · E itself
});

test("what the loss does not depend on gets zeros of its shape", async () => {
  const x = scalarInput();
  const other = input("other", "float64", ["batch", 2]);
  const [dOther] = gradients(mul(x, x), [other]) as [Value];
  expect(dOther.shape).toEqual(["batch", 2]);
  const run = await open({ dOther, kept: other });
  const { dOther: zeros } = await run({ other: host("float64", [3, 2], () => 1) });
  run.close();
  expect(zeros?.data).toEqual(new Float64Array(6));
});

test("nothing passes stopGradient, comparisons and whole numbers", async () => {
  const x = scalarInput();
  const [stopped] = gradients(mul(stopGradient(x), x), [x]) as [Value];
  expect(await at(stopped, 5)).toBe(5);
  const [chosen] = gradients(where(less(x, 0), mul(x, 2), mul(x, 7)), [x]) as [Value];
  expect([await at(chosen, -1), await at(chosen, 1)]).toEqual([2, 7]);
  const [whole] = gradients(cast(cast(x, "int32"), "float64"), [x]) as [Value];
  expect(await at(mul(whole, x), 3)).toBe(0);
});

test("an op of several outputs passes on what reaches any of them", async () => {
  const x = input("x", "float64", [3]);
  const { values, indices } = topK(x, 2);
  const [dx] = gradients(sum(mul(values, cast(indices, "float64"))), [x]) as [Value];
  const run = await open({ dx });
  expect((await run({ x: host("float64", [3], [5, 1, 9]) })).dx?.data).toEqual(Float64Array.of(0, 0, 2));
  run.close();
});

test("the gradient graph holds nothing that the gradients do not need", () => {
  const x = input("x", "float32", ["batch", 4]);
  const w = input("w", "float32", [4]);
  const [dw] = gradients(sum(mul(softmax(x), w)), [w]) as [Value];
  const names = topological([dw]).map(({ op }) => op.name);
  expect(names.filter((name) => name === "softmax")).toHaveLength(1);
  expect(names).not.toContain("sub"); // the way back through softmax
});

test("differentiating is a function of the graph alone: twice the same text", () => {
  const graph = (): string => {
    const x = input("x", "float32", ["n", 4]);
    const w = input("w", "float32", [9, 4]);
    const { loss } = projectedCrossEntropy(
      x,
      w,
      input("t", "int32", ["n"]),
      input("u", "float32", ["n"]),
      0.1,
    );
    const [dx, dw] = gradients(loss, [x, w]) as [Value, Value];
    return print({ dx, dw });
  };
  expect(graph()).toBe(graph());
});

test("a chain of 20,000 nodes is differentiated without exhausting the stack", () => {
  const x = input("x", "float32", []);
  let y = x;
  for (let i = 0; i < 20_000; i++) y = sin(y);
  expect(gradients(y, [x])).toHaveLength(1);
});

function refusal(call: () => unknown): HeedError {
  try {
    call();
  } catch (error) {
    if (error instanceof HeedError) return error;
  }
  throw new Error("nothing was refused");
}

test("a loss that is not a float scalar, and a wish for the gradient of ids, are refused", () => {
  const x = input("x", "float32", ["batch", 4]);
  const ids = input("ids", "int32", ["batch"]);
  const loss = refusal(() => gradients(x, [x]));
  expect(loss.message).toBe("gradients: the loss must be a float scalar but is float32 [batch, 4].");
  expect(loss.code).toBe("ERR_SHAPE");
  const whole = refusal(() => gradients(sum(x), [ids]));
  expect(whole.message).toBe("gradients: cannot differentiate with respect to int32 [batch].");
  expect(whole.code).toBe("ERR_DTYPE");
});
