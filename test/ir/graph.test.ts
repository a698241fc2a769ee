import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { constant, input, leafName, parameter, scalar } from "../../src/ir/leaf.ts";
import { print } from "../../src/ir/print.ts";
import { topological, type Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { add, linear, mean, mul, scan, softmax, topK } from "../../src/ops/index.ts";

test("print shows a graph one node a line, operands by number, leaves by name", () => {
  const x = input("x", "float32", ["batch", 4]);
  const w = parameter("project.weight", "float32", [3, 4]);
  const y = softmax(linear(x, w));
  expect(print({ y, loss: mean(mul(y, y)) })).toBe(
    `%0 = input {name: "x"} : float32 [batch, 4]
%1 = parameter {name: "project.weight"} : float32 [3, 4]
%2 = linear %0, %1 : float32 [batch, 3]
%3 = softmax %2 {axis: 1} : float32 [batch, 3]
%4 = mul %3, %3 : float32 [batch, 3]
%5 = mean %4 {axes: [0, 1], keep: false} : float32 []
return y: %3, loss: %5`,
  );
});

test("print shows every output of a node, and cuts long lists", () => {
  const { values, indices } = topK(constant("float32", [8], [1, 2, 3, 4, 5, 6, 7, 8]), 2);
  expect(print({ values, indices })).toBe(
    `%0 = constant {data: [1, 2, 3, 4, 5, 6, … 8]} : float32 [8]
%1, %2 = topK %0 {k: 2} : float32 [2], int32 [2]
return values: %1, indices: %2`,
  );
});

test("print shows what differentiation made", () => {
  const x = input("x", "float64", ["batch", 2]);
  const loss = mean(mul(x, x));
  const [dx] = gradients(loss, [x]) as [Value];
  expect(print({ dx })).toBe(
    `%0 = constant {data: [1]} : float64 []
%1 = size {size: "2*batch"} : float64 []
%2 = div %0, %1 : float64 []
%3 = reshape %2 : float64 [1, 1]
%4 = expand %3 : float64 [batch, 2]
%5 = input {name: "x"} : float64 [batch, 2]
%6 = mul %4, %5 : float64 [batch, 2]
%7 = mul %4, %5 : float64 [batch, 2]
%8 = add %6, %7 : float64 [batch, 2]
return dx: %8`,
  );
});

test("print shows the graph that an op holds, and what it reads from around it", () => {
  const x = input("x", "float32", ["time", 2]);
  const gain = parameter("gain", "float32", [2]);
  const { state } = scan({
    state: { sum: parameter("first", "float32", [2]) },
    sequences: { x },
    step: ({ sum }, element) => ({ state: { sum: add(sum, mul(element.x, gain)) }, outputs: {} }),
  });
  expect(print({ last: state.sum })).toBe(
    `%0 = parameter {name: "first"} : float32 [2]
%1 = input {name: "x"} : float32 [time, 2]
%2 = parameter {name: "gain"} : float32 [2]
%7, %8, %9, %10 = scan %0, %1, %2 : float32 [2], float32 [time, 2], float32 [time, 2], float32 [time, 2]
  given %3 float32 [2], %4 float32 [2]
  %5 = mul %4, %2 : float32 [2]
  %6 = add %3, %5 : float32 [2]
  return %6, %3, %5, %6
return last: %7`,
  );
});

test("nodes come once each, after what they need, and only those asked for", () => {
  const x = input("x", "float32", [2]);
  const twice = add(x, x);
  const unused = mul(twice, 3);
  const nodes = topological([add(twice, twice), twice]);
  expect(nodes.map(({ op }) => op.name)).toEqual(["input", "add", "add"]);
  expect(nodes).not.toContain(unused.node);
});

test("a chain of 20,000 nodes is walked without exhausting the stack", () => {
  let x = input("x", "float32", []);
  for (let i = 0; i < 20_000; i++) x = add(x, x);
  expect(topological([x]).length).toBe(20_001);
});

test("inputs and parameters have names, other values have none", () => {
  expect(leafName(input("a", "float32", []))).toBe("a");
  expect(leafName(parameter("b", "float32", []))).toBe("b");
  expect(leafName(scalar("float32", 1))).toBeUndefined();
});

describe("verify", () => {
  const x = input("x", "float32", ["batch", 4]);

  test("accepts what the ops built", () => {
    const [dx] = gradients(mean(softmax(x)), [x]) as [Value];
    expect(() => verify([dx])).not.toThrow();
  });

  test("names the node whose declared type is not what its inputs give", () => {
    const y = softmax(x);
    const outputs: Value[] = [];
    const node = { ...y.node, outputs };
    outputs.push({ ...y, node, shape: ["batch", 5] });
    expect(() => verify(outputs)).toThrow(
      "softmax: output 0 is float32 [batch, 5] but its inputs give float32 [batch, 4].",
    );
  });

  test("refuses two different leaves of one name", () => {
    const other = input("x", "float32", ["batch", 5]);
    expect(() => verify([mean(x), mean(other)])).toThrow(
      'input: "x" is both float32 [batch, 4] and float32 [batch, 5].',
    );
    expect(() => verify([mean(x), mean(input("x", "float32", ["batch", 4]))])).not.toThrow();
  });
});
