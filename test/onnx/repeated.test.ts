/** One step of a graph, made many in one run. */
import { expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import { lower } from "../../src/onnx/lower.ts";
import { namesRead } from "../../src/onnx/proto.ts";
import { add, concat, less, mul, reshape, sum } from "../../src/ops/index.ts";
import { compile, type Program } from "../../src/runtime/compile.ts";
import { sharedEngine } from "../training/tiny.ts";

const x = input("x", "float32", ["n"]);
const seen = input("seen", "float32", ["past", "n"]);
const fixed = mul(input("fixed", "float32", []), 10);
const next = add(mul(x, 2), fixed);
/** x -> 2 x + 10 · fixed while Σ x is less than `most`; what x was before is collected in `seen`. */
const doubling = {
  outputs: {
    "next.x": next,
    "next.seen": concat([seen, reshape(x, [1, "n"])], 0),
    total: sum(next),
    same: fixed,
    goesOn: less(sum(next), input("most", "float32", [])),
  },
  repeat: {
    carry: new Map([
      ["x", "next.x"],
      ["seen", "next.seen"],
    ]),
    while: "goesOn",
    limit: "limit",
  },
};

async function run(program: Program, most: number, limit: number): Promise<Record<string, unknown>> {
  const results = await program({
    ...{ most, limit, fixed: 0.5 },
    x: { shape: [2], data: Float32Array.of(1, 2) },
    seen: { shape: [0, 2], data: new Float32Array() },
  });
  const read: Record<string, unknown> = {};
  for (const [name, tensor] of Object.entries(results)) {
    read[name] = { shape: [...tensor.shape], numbers: [...((await tensor.read()) as Float32Array)] };
    tensor.dispose();
  }
  return read;
}

test("steps follow while the condition holds; states are the last, the rest is stacked", async () => {
  const program = await compile({ engine: await sharedEngine(), ...doubling });
  // Σ x: 3, then 16, 42, 94.
  expect(await run(program, 50, 100)).toEqual({
    "next.x": { shape: [2], numbers: [43, 51] },
    "next.seen": { shape: [3, 2], numbers: [1, 2, 7, 9, 19, 23] },
    total: { shape: [3], numbers: [16, 42, 94] },
    same: { shape: [3], numbers: [5, 5, 5] },
  });
  program.close();
});

test("there are no more steps than the limit, and one at least unless that is 0", async () => {
  const program = await compile({ engine: await sharedEngine(), ...doubling });
  expect((await run(program, 1e9, 2)).total).toEqual({ shape: [2], numbers: [16, 42] });
  expect((await run(program, 0, 100)).total).toEqual({ shape: [1], numbers: [16] });
  expect(await run(program, 50, 0)).toMatchObject({ "next.x": { numbers: [1, 2] }, total: { shape: [0] } });
  program.close();
});

test("what depends on nothing that changes is computed once, outside", () => {
  const { graph } = lower({ outputs: new Map(Object.entries(doubling.outputs)), repeat: doubling.repeat });
  const outside = graph.nodes.filter(({ opType }) => opType !== "Loop");
  expect(outside.some((node) => namesRead(node).includes("fixed"))).toBe(true);
  expect(outside.flatMap(namesRead)).not.toContain("x");
});

test("what is carried and never read is given as the last step left it", async () => {
  const { outputs, repeat } = doubling;
  const carry = new Map([...repeat.carry, ["unread", "twice"]]);
  const engine = await sharedEngine();
  const program = await compile({
    ...{ engine, outputs: { ...outputs, twice: mul(next, 2) }, repeat: { ...repeat, carry } },
  });
  expect([...program.inputs.keys()]).toContain("unread");
  const results = await program({
    ...{ most: 50, limit: 9, fixed: 0.5 },
    x: { shape: [2], data: Float32Array.of(1, 2) },
    seen: { shape: [0, 2], data: new Float32Array() },
    unread: { shape: [2], data: new Float32Array(2) },
  });
  expect([...((await results.twice.read()) as Float32Array)]).toEqual([86, 102]);
  for (const tensor of Object.values(results)) tensor.dispose();
  program.close();
});

test.each([
  [{ while: "nothing" }, 'the graph has no output "nothing"'],
  [{ carry: new Map([["x", "gone"]]) }, 'the graph has no output "gone"'],
  [{ limit: "most" }, 'the limit "most" is already an input'],
  [
    {
      carry: new Map([
        ["x", "next.x"],
        ["y", "next.x"],
      ]),
    },
    "an output is carried to two inputs",
  ],
])("a repetition is refused when %o", async (wrong, problem) => {
  const repeat = { ...doubling.repeat, ...wrong };
  const compiling = compile({ engine: await sharedEngine(), outputs: doubling.outputs, repeat });
  await expect(compiling).rejects.toMatchObject({
    code: "ERR_GRAPH",
    message: expect.stringContaining(problem),
  });
});
