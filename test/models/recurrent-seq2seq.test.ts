import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { pairInputs } from "../../src/models/inputs.ts";
import { translationObjective } from "../../src/models/objective.ts";
import { RecurrentSeq2Seq, type RecurrentSeq2SeqConfig } from "../../src/models/recurrent-seq2seq.ts";
import { build } from "../../src/nn/layer.ts";
import { DotScore } from "../../src/nn/score.ts";
import { matmul } from "../../src/ops/index.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

interface Case {
  readonly name: string;
  readonly config: RecurrentSeq2SeqConfig;
  readonly smoothing: number;
  readonly batch: Readonly<Record<string, { readonly shape: number[]; readonly data: number[] }>>;
  readonly weights: Readonly<Record<string, Encoded>>;
  readonly logits: Encoded;
  readonly attention?: Encoded;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Encoded>>;
}

const file = new URL("../golden/recurrent/seq2seq.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

const feedsOf = ({ batch, weights }: Case): Record<string, HostValue> => ({
  ...Object.fromEntries(
    Object.entries(batch).map(([name, { shape, data }]) => {
      const isWeight = name === "sourceMask" || name === "labelWeight";
      return [name, host(isWeight ? "float32" : "int32", shape, data)];
    }),
  ),
  ...Object.fromEntries(Object.entries(weights).map(([name, one]) => [name, decodeFloats(one)])),
});

const floats = (value: HostValue | undefined): Float32Array => value?.data as Float32Array;

describe.each(cases)("$name, as PyTorch's cells compute it", (golden) => {
  const { config, smoothing, batch } = golden;

  test("has the same weights, logits, attention, loss and gradients", async () => {
    const model = build(RecurrentSeq2Seq(config));
    const shapes = [...model.parameters].map(([path, { spec }]) => [path, spec.shape] as const);
    const expected = Object.entries(golden.weights).map(([path, { shape }]) => [path, shape] as const);
    expect(new Map(shapes)).toEqual(new Map(expected));

    const { source, sourceMask, target } = pairInputs();
    const memory = model.call.remember(model.call.encode(source, sourceMask), sourceMask);
    const { hidden } = model.call.decode(target, memory);
    const weights = model.taps.get("decoder.cross.weights");
    const { loss } = translationObjective(model.call, smoothing);
    const wrt = [...model.parameters.values()].map(({ value }) => value);
    const outputs: Record<string, Value> = {
      logits: matmul(hidden, model.call.projection, { transposeRight: true }),
      loss,
      ...(weights ? { weights } : {}),
    };
    gradients(loss, wrt).forEach((gradient, i) => {
      outputs[`d ${[...model.parameters.keys()][i]}`] = gradient;
    });
    verify(Object.values(outputs));
    const run = await open(outputs, {});
    const found = await run(feedsOf(golden));
    run.close();

    expect(relativeError(floats(found.logits), decodeFloats(golden.logits).data)).toBeLessThan(1e-5);
    expect(Math.abs(Number(found.loss?.data[0]) / golden.loss - 1)).toBeLessThan(1e-5);
    expect(found.weights === undefined).toBe(golden.attention === undefined);
    if (golden.attention) {
      const [sentences, steps, words] = golden.attention.shape as [number, number, number];
      expect(found.weights?.shape).toEqual([sentences, 1, steps, words]);
      expect(relativeError(floats(found.weights), decodeFloats(golden.attention).data)).toBeLessThan(1e-5);
    }
    for (const [path, gradient] of Object.entries(golden.gradients)) {
      const error = relativeError(floats(found[`d ${path}`]), decodeFloats(gradient).data);
      expect(error, path).toBeLessThan(1e-4);
    }
  });

  test("says the same when the target comes one token at a time", async () => {
    const { call } = build(RecurrentSeq2Seq(config));
    const { source, sourceMask } = pairInputs();
    const token = input("token", "int32", ["batch", 1]);
    const memory = call.remember(call.encode(source, sourceMask), sourceMask);
    const first = await open({ ...call.start(memory, "batch") }, {});
    const feeds = feedsOf(golden);
    let state = await first(feeds);
    first.close();
    const before = Object.entries(state).map(([name, { dtype, shape }]): [string, Value] => {
      return [name, input(name, dtype, ["batch", ...shape.slice(1)])];
    });
    const { hidden, state: after } = call.decode(token, memory, Object.fromEntries(before));
    const logits = matmul(hidden, call.projection, { transposeRight: true });
    const next = Object.fromEntries(Object.entries(after).map(([name, value]) => [`next ${name}`, value]));
    const run = await open({ logits, ...next }, {});
    const [sentences, length, vocabulary] = golden.logits.shape as [number, number, number];
    const all = decodeFloats(golden.logits).data;
    for (let at = 0; at < length; at++) {
      const tokens = host("int32", [sentences, 1], (s) => batch.target?.data[s * length + at] as number);
      const found = await run({ ...feeds, ...state, token: tokens });
      const expected = Float32Array.from({ length: sentences * vocabulary }, (_, j) => {
        const [sentence, word] = [Math.floor(j / vocabulary), j % vocabulary];
        return all[(sentence * length + at) * vocabulary + word] as number;
      });
      expect(relativeError(floats(found.logits), expected), `position ${at}`).toBeLessThan(1e-5);
      state = Object.fromEntries(
        Object.keys(state).map((name) => [name, found[`next ${name}`] as HostValue]),
      );
    }
    run.close();
  });
});

test("a dot product of a query and a state of two sizes is refused with the reason", () => {
  expect(() => DotScore(8, 6)).toThrow(
    "queries have size 8 but states have size 6: their dot product needs equal sizes; use the general score, which puts a matrix between them",
  );
});
