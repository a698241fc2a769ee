/** Changes of low rank: as Heed computes them, merged or not, and as Python's peft does from the exported file. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { huggingFaceFolder } from "../../src/formats/huggingface/folder.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { Transformer } from "../../src/models/transformer.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { withLora } from "../../src/nn/lora.ts";
import { linear } from "../../src/ops/matmul.ts";
import { exportedRun } from "../../src/runs/exported-run.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { expectedOf } from "../import/imported.ts";
import { logitsOf as importedLogits } from "../import/logits.ts";
import { adaptedImport, adaptedImports } from "./adapted-imports.ts";
import { adaptedSample, adaptedSamples } from "./adapted-samples.ts";
import { configs, source, target, tokenizer } from "./translator-samples.ts";

type Golden = Readonly<Record<string, { sha256: string; logits: Encoded }>>;
const golden = JSON.parse(
  readFileSync(new URL("../golden/peft/adapted.json", import.meta.url), "utf8"),
) as Golden;
const goldenOf = (name: string): Golden[string] =>
  golden[name] ?? { sha256: "", logits: { shape: [], data: "" } };
const engine = openNativeEngine();

async function logitsOf(
  model: Layer<Seq2Seq>,
  weights: ReadonlyMap<string, HostTensor>,
): Promise<Float32Array> {
  const { call } = build(model);
  const tokens = input("source", "int32", ["batch", "source"]);
  const mask = input("mask", "float32", ["batch", "source"]);
  const written = input("target", "int32", ["batch", "target"]);
  const { hidden } = call.decode(written, call.remember(call.encode(tokens, mask), mask));
  const run = await compile({
    engine,
    outputs: { logits: linear(hidden, call.projection) },
    constants: weights,
  });
  const [rows, columns] = [source.length, source[0]?.length ?? 0];
  const flat = Int32Array.from(source.flat());
  const { logits } = await run({
    source: { shape: [rows, columns], data: flat },
    mask: {
      shape: [rows, columns],
      data: Float32Array.from(flat, (id) => Number(id !== tokenizer.special.pad)),
    },
    target: { shape: [rows, target[0]?.length ?? 0], data: Int32Array.from(target.flat()) },
  });
  const read = Float32Array.from((await logits.read()) as Float32Array);
  run.close();
  return read;
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test.each(adaptedSamples)("peft reads the adapter of %s, and computes what Heed does", async (name) => {
  const { base, adapted } = adaptedSample(name);
  const bytes = huggingFaceFolder(adapted).get("adapter/adapter_model.safetensors") as Uint8Array;
  expect(hashOf(bytes), "run test/golden/peft again").toBe(goldenOf(name).sha256);
  const expected = decodeFloats(goldenOf(name).logits).data;
  const model = Transformer(configs[name]);
  expect(relativeError(await logitsOf(model, adapted.weights), expected)).toBeLessThan(1e-5);
  const { rank = 0, alpha = 0, weights = new Map<string, HostTensor>() } = adapted.adapter ?? {};
  const on = [...weights.keys()].map((path) => path.replace(/\.lora[AB]$/, ""));
  const apart = await logitsOf(withLora(model, { rank, alpha, on }), new Map([...base.weights, ...weights]));
  expect(relativeError(apart, expected)).toBeLessThan(1e-5);
});

test.each(Object.keys(adaptedImports))("so it does with an imported %s", async (name) => {
  const { adapted, adapter } = adaptedImport(name);
  const bytes = exportedRun(adapted, { adapter }).get("adapter/adapter_model.safetensors") as Uint8Array;
  expect(hashOf(bytes), "run test/golden/peft again").toBe(goldenOf(name).sha256);
  const found = await importedLogits(adapted, expectedOf(name), engine);
  const theirs = decodeFloats(goldenOf(name).logits).data;
  // Tokens that Python's search never writes are banned in the logits here.
  const ours = found.map((value, i) => (value < -500 ? (theirs[i] as number) : value));
  expect(relativeError(ours, theirs)).toBeLessThan(1e-5);
});

test("a change of a table, which peft cannot express, is only in the model", () => {
  const { adapted, adapter } = adaptedImport("gpt2");
  const factor = { dtype: "float32", shape: [2, 2], data: new Float32Array(4) } as const;
  const weights = new Map([
    ...adapter.weights,
    ["embed.weight.loraA", factor],
    ["embed.weight.loraB", factor],
  ]);
  const files = [...exportedRun(adapted, { adapter: { ...adapter, weights } }).keys()];
  expect(files).toContain("model.safetensors");
  expect(files.filter((path) => path.startsWith("adapter/"))).toEqual([]);
});
