/** What is added to the loss of tokens, held to PyTorch: test/golden/cross-entropy/make_token_loss.py. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import { type TokenLossOptions, tokenLoss } from "../../src/models/token-loss.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { checkGradient } from "../../src/training/check-gradient.ts";

interface Case extends TokenLossOptions {
  readonly hidden: readonly (readonly number[])[];
  readonly projection: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weight: readonly number[];
  readonly loss: number;
  readonly dHidden: readonly (readonly number[])[];
  readonly dProjection: readonly (readonly number[])[];
}
const file = new URL("../golden/cross-entropy/token-loss.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Case>>;
const engine = openNativeEngine();

const names = ["hidden", "projection", "weight"] as const;
const shapeOf = (values: readonly unknown[]): number[] =>
  Array.isArray(values[0]) ? [values.length, values[0].length] : [values.length];

function feedsOf(one: Case): Record<string, HostTensor> {
  const tensor = (values: readonly unknown[]): HostTensor => {
    const data = Float64Array.from(values.flat() as number[]);
    return { dtype: "float64", shape: shapeOf(values), data };
  };
  const floats = Object.fromEntries(names.map((name) => [name, tensor(one[name])]));
  const labels = { dtype: "int32" as const, shape: [one.labels.length], data: Int32Array.from(one.labels) };
  return { ...floats, labels };
}

function lossOf(one: Case, rows: number | string) {
  const copies = one.rDrop === undefined ? 1 : 2;
  const [dim = 0, outputs] = [one.hidden[0]?.length, one.projection.length];
  const many = typeof rows === "string" ? (copies === 1 ? rows : `${copies}*${rows}`) : copies * rows;
  const hidden = input("hidden", "float64", [many, dim]);
  const projection = input("projection", "float64", [outputs, dim]);
  const labels = input("labels", "int32", [rows]);
  const weight = input("weight", "float64", [rows]);
  return { hidden, projection, ...tokenLoss(hidden, projection, { labels, weight }, one) };
}

test.each(Object.entries(golden))("%s: loss and gradients are PyTorch's, in float64", async (_, one) => {
  const { hidden, projection, loss } = lossOf(one, one.labels.length);
  const [dHidden, dProjection] = gradients(loss, [hidden, projection]);
  const outputs = { loss, dHidden, dProjection } as Record<"loss" | "dHidden" | "dProjection", typeof loss>;
  const program = await compile({ engine, outputs, session: { optimisation: "basic" } });
  const results = await program(feedsOf(one));
  program.close();
  const expected = { loss: [one.loss], dHidden: one.dHidden.flat(), dProjection: one.dProjection.flat() };
  for (const [name, values] of Object.entries(expected)) {
    const found = Array.from(await results[name as "loss"].read(), Number);
    values.forEach((value, i) => {
      expect(Math.abs((found[i] as number) - value), `${name}[${i}]`).toBeLessThan(1e-9);
    });
  }
});

test.each(Object.entries(golden))("%s: gradients agree with central differences", async (_, one) => {
  const { hidden, projection, loss } = lossOf(one, one.labels.length);
  const wrong = await checkGradient({
    engine,
    outputs: loss,
    feeds: feedsOf(one),
    wrt: [hidden, projection],
  });
  expect(wrong).toEqual([]);
});
