import { expect, test } from "vitest";
import type { AnyOp } from "../../src/ir/op.ts";
import { type OpName, ops } from "../../src/ops/index.ts";
import { checkGradient } from "./check-gradient.ts";
import { count, lengthsOf } from "./graph-run.ts";
import { open } from "./native-run.ts";
import { describeSample, keep, prepare } from "./prepare.ts";
import { lengths, type Numbers, type Sample, samples } from "./samples.ts";

const every = Object.entries(samples as Record<OpName, readonly Sample[]>).flatMap(([name, list]) =>
  list.map((sample) => ({ name: name as OpName, sample })),
);

for (const { name, sample } of every) {
  const title = `${name} ${describeSample(sample)}`;
  const differentiable = (ops[name] as AnyOp).vjp !== null || ["input", "parameter", "zeros"].includes(name);

  test.concurrent(`${title}: values have the declared type${sample.expect ? " and agree with the formula" : ""}`, async () => {
    const { operands, outputs, feeds } = prepare(sample);
    const named = Object.fromEntries(outputs.map((output, i) => [`y${i}`, output]));
    const run = await open({ ...named, ...keep(operands) });
    const results = await run(feeds);
    run.close();
    for (const [i, { dtype, shape }] of outputs.entries()) {
      const result = results[`y${i}`];
      expect(result?.dtype).toBe(dtype);
      expect(result?.shape).toEqual(lengthsOf(shape, lengths));
      expect(result?.data.length).toBe(count(lengthsOf(shape, lengths)));
    }
    if (!sample.expect) return;
    const numbers = Object.values(feeds).map(
      ({ shape, data }): Numbers => ({ shape, data: Array.from(data, Number) }),
    );
    const expected = sample.expect(...numbers);
    const actual = Array.from(results.y0?.data ?? [], Number);
    expect(actual.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 12);
  });

  const { wrt, outputs } = prepare(sample);
  const smooth = differentiable && outputs.some(({ dtype }) => dtype === "float64") && wrt.length > 0;
  if (!smooth) continue;
  test.concurrent(`${title}: gradient agrees with central differences, twice`, async () => {
    const prepared = prepare(sample);
    expect(await checkGradient(prepared, prepared.outputs)).toEqual([]);
  });
}

test("each gradient of an op of several outputs is right when only one output is used", async () => {
  for (const { sample } of every) {
    const prepared = prepare(sample);
    if (prepared.outputs.length < 2) continue;
    for (const output of prepared.outputs) expect(await checkGradient(prepared, [output])).toEqual([]);
  }
});
