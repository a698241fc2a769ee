import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { TransformerLanguageModel } from "../../src/models/language-model.ts";
import { causalBias, MultiHeadAttention } from "../../src/nn/attention.ts";
import { FeedForward } from "../../src/nn/feed-forward.ts";
import { zeros } from "../../src/nn/initialise.ts";
import { build, type Layer, layer, repeat } from "../../src/nn/layer.ts";
import { Linear } from "../../src/nn/linear.ts";
import { LayerNorm } from "../../src/nn/norm.ts";
import { LearnedPositions } from "../../src/nn/positions.ts";
import { add, gather, matmul, range, softmax } from "../../src/ops/index.ts";
import { compile, type Feed } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { decodeFloats, type FloatTensor } from "../golden-floats.ts";

/** A GPT trained in PyTorch to sort six letters, with all its activations; not part of this repository. */
const folder = new URL("../../../shared/data/gpt-nano-sort/", import.meta.url);
const present = existsSync(folder);
const reason = present ? "" : " (skipped: ../shared/data/gpt-nano-sort is not here)";

const DIM = 48;
const HEADS = 3;

function Block(): Layer<(x: Value, bias: Value) => Value> {
  return layer(
    {
      ln1: LayerNorm(DIM),
      attention: MultiHeadAttention({ dModel: DIM, heads: HEADS }),
      ln2: LayerNorm(DIM),
      mlp: FeedForward(DIM, 4 * DIM, { activation: "gelu-tanh" }),
    },
    (m, scope) => (x, bias) => {
      const normal = m.ln1(x);
      const y = scope.tap("sum", add(x, m.attention.attend(normal, m.attention.remember(normal), bias)));
      return scope.tap("states", add(y, m.mlp(m.ln2(y))));
    },
  );
}

function Gpt(): Layer<(ids: Value) => Value> {
  return layer(
    {
      tokens: { shape: [3, DIM], init: zeros },
      positions: LearnedPositions(11, DIM),
      h: repeat(3, Block),
      lnF: LayerNorm(DIM),
      head: Linear(DIM, 3, { bias: false }),
    },
    (m) => (ids) => {
      const start = add(gather(m.tokens, ids), m.positions(range("time")));
      const bias = causalBias(start, "time", "time");
      return m.head(m.lnF(m.h.reduce((x, block) => block(x, bias), start)));
    },
  );
}

type File = Record<string, { shape: number[]; data: string }>;

function read(name: string): (key: string) => FloatTensor {
  const file = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as File;
  return (key) => decodeFloats(file[key] as { shape: number[]; data: string });
}

/** Their weights under our paths; the fused query, key and value matrix is cut in three. */
function weights(): Map<string, FloatTensor> {
  const theirs = read("model.json");
  const ours = new Map([
    ["tokens", theirs("transformer.wte.weight")],
    ["positions.weight", theirs("transformer.wpe.weight")],
    ["lnF.gain", theirs("transformer.ln_f.weight")],
    ["lnF.bias", theirs("transformer.ln_f.bias")],
    ["head.weight", theirs("lm_head.weight")],
  ]);
  const pairs = [
    ["attn.c_proj", "attention.output"],
    ["mlp.c_fc", "mlp.inner"],
    ["mlp.c_proj", "mlp.outer"],
  ] as const;
  for (let i = 0; i < 3; i++) {
    for (const [from, to] of [
      ["ln_1", "ln1"],
      ["ln_2", "ln2"],
    ] as const) {
      ours.set(`h.${i}.${to}.gain`, theirs(`transformer.h.${i}.${from}.weight`));
      ours.set(`h.${i}.${to}.bias`, theirs(`transformer.h.${i}.${from}.bias`));
    }
    for (const kind of ["weight", "bias"]) {
      for (const [from, to] of pairs)
        ours.set(`h.${i}.${to}.${kind}`, theirs(`transformer.h.${i}.${from}.${kind}`));
      const {
        shape: [rows = 0, ...rest],
        data,
      } = theirs(`transformer.h.${i}.attn.c_attn.${kind}`);
      const third = data.length / 3;
      ["query", "key", "value"].forEach((part, k) => {
        const piece = data.slice(k * third, (k + 1) * third);
        ours.set(`h.${i}.attention.${part}.${kind}`, {
          dtype: "float32",
          shape: [rows / 3, ...rest],
          data: piece,
        });
      });
    }
  }
  return ours;
}

describe.skipIf(!present)(`a GPT trained elsewhere${reason}`, () => {
  /** Theirs -> our tap. */
  const taps: Record<string, string> = {
    ln1: "h.0.ln1.normed",
    v: "h.0.attention.values",
    attSm: "h.0.attention.weights",
    yProj: "h.0.attention.output",
    attnResid: "h.0.sum",
    ln2: "h.0.ln2.normed",
    mlp: "h.0.mlp.output",
    block0: "h.0.states",
    block1: "h.1.states",
    block2: "h.2.states",
  };

  test("has the activations here that PyTorch gave", async () => {
    const theirs = read("partials.json");
    const model = build(Gpt());
    const logits = model.call(input("ids", "int32", ["batch", "time"]));
    const asked = Object.entries(taps).map(([name, path]) => [name, model.taps.get(path) as Value]);
    const outputs = { lm_head: logits, probs: softmax(logits), ...Object.fromEntries(asked) };
    const program = await compile({ engine: openNativeEngine(), outputs, constants: weights() });
    const { shape, data } = theirs("idx");
    const results = await program({ ids: { shape, data: Int32Array.from(data) } });
    for (const [name, tensor] of Object.entries(results)) {
      const expected = theirs(name);
      const actual = (await tensor.read()) as Float32Array;
      const differences = expected.data.map((value, i) => Math.abs(value - (actual[i] as number)));
      const scale = Math.max(...expected.data.map(Math.abs));
      expect(Math.max(...differences) / scale, name).toBeLessThan(3e-6);
    }
    program.close();
  });

  test("sorts every one of the 729 inputs", async () => {
    const model = build(Gpt());
    const logits = model.call(input("ids", "int32", ["batch", "time"]));
    const program = await compile({ engine: openNativeEngine(), outputs: { logits }, constants: weights() });
    const all = Array.from({ length: 729 }, (_, n) =>
      Array.from({ length: 6 }, (_, i) => Math.floor(n / 3 ** i) % 3),
    );
    const known = all.map((letters) => [...letters]);
    for (let length = 6; length <= 11; length++) {
      const result = (await program({ ids: { shape: [729, length], data: Int32Array.from(known.flat()) } }))
        .logits;
      const scores = (await result?.read()) as Float32Array;
      known.forEach((letters, n) => {
        const last = scores.subarray((n * length + length - 1) * 3, (n * length + length) * 3);
        letters.push(last.indexOf(Math.max(...last)));
      });
      result?.dispose();
    }
    expect(known.map((letters) => letters.slice(6))).toEqual(all.map((letters) => [...letters].sort()));
    program.close();
  });

  test("is a language model of ours: the same logits, at once and one token after the other", async () => {
    const config = { activation: "gelu-tanh", norm: "pre", positions: "learned", tie: false } as const;
    const sizes = {
      vocabulary: 3,
      layers: 3,
      dModel: DIM,
      heads: HEADS,
      feedForward: 4 * DIM,
      maxLength: 11,
    };
    const { call } = build(TransformerLanguageModel({ ...config, ...sizes }));
    const engine = openNativeEngine();
    const constants = asLanguageModel(weights());
    const theirs = read("partials.json");
    const { shape, data } = theirs("idx");
    const [rows, length] = shape as [number, number];
    const logitsOf = (hidden: Value): Value => matmul(hidden, call.projection, { transposeRight: true });

    const ids = input("ids", "int32", ["batch", "time"]);
    const atOnce = await compile({
      engine,
      constants,
      outputs: { logits: logitsOf(call.decode(ids, {}).hidden) },
    });
    const whole = (await atOnce({ ids: { shape, data: Int32Array.from(data) } })).logits;
    const all = ((await whole.read()) as Float32Array).slice();
    const expected = theirs("lm_head").data;
    const scale = Math.max(...expected.map(Math.abs));
    expected.forEach((value, i) => {
      expect(Math.abs(value - (all[i] as number)) / scale).toBeLessThan(3e-6);
    });
    atOnce.close();

    const start = Object.entries(call.start({}, "batch"));
    const before = start.map(
      ([
        name,
        {
          dtype,
          shape: [, ...rest],
        },
      ]): [string, Value] => {
        return [name, input(`past ${name}`, dtype, ["batch", ...rest.map((size) => size || "past")])];
      },
    );
    const token = input("token", "int32", ["batch", 1]);
    const { hidden, state } = call.decode(token, {}, Object.fromEntries(before));
    const step = await compile({ engine, constants, outputs: { logits: logitsOf(hidden), ...state } });
    let past: Record<string, Feed> = Object.fromEntries(
      start.map(([name, value]) => {
        const empty = { shape: [rows, ...(value.shape.slice(1) as number[])], data: new Float32Array() };
        return [`past ${name}`, empty];
      }),
    );
    for (let at = 0; at < length; at++) {
      const tokens = Int32Array.from({ length: rows }, (_, row) => Number(data[row * length + at]));
      const { logits, ...next }: Record<string, Tensor> = await step({
        ...past,
        token: { shape: [rows, 1], data: tokens },
      });
      past = Object.fromEntries(Object.entries(next).map(([name, tensor]) => [`past ${name}`, tensor]));
      const found = (await (logits as Tensor).read()) as Float32Array;
      found.forEach((value, i) => {
        const [row, letter] = [Math.floor(i / 3), i % 3];
        const wanted = expected[(row * length + at) * 3 + letter] as number;
        expect(Math.abs(value - wanted) / scale).toBeLessThan(3e-6);
      });
    }
    step.close();
  });
});

/** The weights under the paths of our language model, whose embedding is scaled when it is looked up. */
function asLanguageModel(theirs: ReadonlyMap<string, FloatTensor>): Map<string, FloatTensor> {
  const renamed = [...theirs].map(([path, tensor]): [string, FloatTensor] => {
    const name = path
      .replace(/^tokens$/, "embed.weight")
      .replace(/^lnF/, "norm")
      .replace(/^head.weight$/, "project")
      .replace(/^h\./, "layers.")
      .replace("ln1", "attentionResidual.norm")
      .replace("ln2", "feedForwardResidual.norm")
      .replace("mlp", "feedForward");
    const data = path === "tokens" ? tensor.data.map((x) => x / Math.sqrt(DIM)) : tensor.data;
    return [name, { ...tensor, data }];
  });
  return new Map(renamed);
}
