import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { build } from "../../src/nn/layer.ts";
import { Recurrent, type RecurrentConfig } from "../../src/nn/recurrent.ts";
import { add, concat, mul, reshape, sum } from "../../src/ops/index.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import type { HostValue } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

interface Case {
  readonly name: string;
  readonly config: RecurrentConfig;
  readonly x: Encoded;
  readonly mask: Encoded;
  readonly weights: Readonly<Record<string, Encoded>>;
  readonly projection: Readonly<Record<string, Encoded>>;
  readonly outputs: Encoded;
  readonly states: Readonly<Record<string, Encoded>>;
  readonly gradients: Readonly<Record<string, Encoded>>;
}

const cases = JSON.parse(
  readFileSync(new URL("../golden/recurrent/layers.json", import.meta.url), "utf8"),
) as Case[];

describe("outputs, last states and all gradients equal PyTorch's", () => {
  test.each(cases)("$name", async (golden) => {
    const { parameters, call } = build(Recurrent(golden.config));
    const x = input("x", "float32", ["batch", "time", golden.config.inner]);
    const mask = input("mask", "float32", ["batch", "time"]);
    const { outputs, states } = call(x, { mask });
    // As PyTorch has them: [layers · directions, batch, hidden].
    const stacked = Object.keys(golden.states).map((name): [string, Value] => {
      const all = states.flat().map((state) => state[name] as Value);
      return [
        name,
        concat(
          all.map((one) => reshape(one, [1, "batch", golden.config.hidden])),
          0,
        ),
      ];
    });
    const results: Record<string, Value> = { outputs, ...Object.fromEntries(stacked) };
    const projected = Object.entries(results).map(([name, value]) =>
      sum(mul(value, input(`projection.${name}`, "float32", value.shape))),
    );
    const wrt = new Map([
      ["x", x],
      ...[...parameters].map(([path, { value }]): [string, Value] => [path, value]),
    ]);
    const grads = gradients(
      projected.reduce((total, one) => add(total, one)),
      [...wrt.values()],
    );
    [...wrt.keys()].forEach((name, i) => {
      results[`gradient.${name}`] = grads[i] as Value;
    });

    const run = await open(results, {});
    const found = await run({
      x: decodeFloats(golden.x),
      mask: decodeFloats(golden.mask),
      ...decodeAll(golden.weights),
      ...decodeAll(golden.projection, "projection."),
    });
    run.close();

    const live = decodeFloats(golden.mask).data;
    const size = outputs.shape[2] as number;
    const seen = floats(found.outputs).map((y, i) => y * (live[Math.floor(i / size)] as number));
    expect(relativeError(seen, decodeFloats(golden.outputs).data)).toBeLessThan(1e-5);
    for (const [name, state] of Object.entries(golden.states)) {
      expect(relativeError(floats(found[name]), decodeFloats(state).data), name).toBeLessThan(1e-5);
    }
    expect([...wrt.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [name, gradient] of Object.entries(golden.gradients)) {
      expect(
        relativeError(floats(found[`gradient.${name}`]), decodeFloats(gradient).data),
        name,
      ).toBeLessThan(1e-5);
    }
  });
});

const floats = (value: HostValue | undefined): Float32Array => value?.data as Float32Array;

const decodeAll = (tensors: Readonly<Record<string, Encoded>>, prefix = "") =>
  Object.fromEntries(Object.entries(tensors).map(([name, one]) => [prefix + name, decodeFloats(one)]));
