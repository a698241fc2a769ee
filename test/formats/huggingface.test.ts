/** The folder that transformers.js and Python's transformers open, held to what the latter made of it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { onnx } from "onnx-proto";
import { describe, expect, test } from "vitest";
import { asExportable } from "../../src/formats/huggingface/check.ts";
import { huggingFaceFolder } from "../../src/formats/huggingface/folder.ts";
import { exportedWeights, marianOrder } from "../../src/formats/huggingface/weights.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import type { Session } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { configs, type SampleName, sampleWeights, source, target, tokenizer } from "./translator-samples.ts";

interface Golden {
  readonly sha256: Readonly<Record<string, string>>;
  readonly states: Encoded;
  readonly logits: Encoded;
  readonly crossAttention: Encoded;
  readonly generated: readonly (readonly number[])[];
  readonly ids: readonly (readonly number[])[];
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/huggingface/translators.json", import.meta.url), "utf8"),
) as Record<SampleName, Golden> & { readonly sentences: readonly string[] };

const engine = openNativeEngine();
const names = Object.keys(configs) as SampleName[];
const { pad, eos } = tokenizer.special;
const folderOf = (
  name: SampleName,
  options: Parameters<typeof huggingFaceFolder>[1] = {},
): Map<string, Uint8Array> =>
  huggingFaceFolder({ config: configs[name], weights: sampleWeights(name), tokenizer }, options);
const text = (files: Map<string, Uint8Array>, name: string): string =>
  new TextDecoder().decode(files.get(name));

const ids = (rows: readonly (readonly number[])[]): Tensor =>
  engine.tensor("int64", [rows.length, rows[0]?.length ?? 0], BigInt64Array.from(rows.flat(), BigInt));
const floats = async (results: Map<string, Tensor>, name: string): Promise<Float32Array> =>
  ((await (results.get(name) as Tensor).read()) as Float32Array).slice();

/** What a caller of the two graphs does, without a library: encode once, then decode on what came before. */
class Graphs {
  private readonly name: SampleName;
  private readonly encoder: Session;
  private readonly decoder: Session;
  private constructor(name: SampleName, encoder: Session, decoder: Session) {
    [this.name, this.encoder, this.decoder] = [name, encoder, decoder];
  }
  static async open(name: SampleName, suffix = ""): Promise<Graphs> {
    const files = folderOf(name, { attentions: true, quantize: ["int8"] });
    const load = (file: string): Promise<Session> => engine.load(files.get(`onnx/${file}`) as Uint8Array);
    return new Graphs(
      name,
      await load(`encoder_model${suffix}.onnx`),
      await load(`decoder_model_merged${suffix}.onnx`),
    );
  }
  readonly mask = ids(source.map((row) => row.map((id) => Number(id !== pad))));

  async encode(): Promise<Map<string, Tensor>> {
    const inputs = new Map([
      ["input_ids", ids(source)],
      ["attention_mask", this.mask],
    ]);
    return this.encoder.run(inputs, new Map([["last_hidden_state", undefined]]));
  }

  async decode(
    states: Tensor,
    tokens: readonly (readonly number[])[],
    past?: Map<string, Tensor>,
  ): Promise<Map<string, Tensor>> {
    const { decoderLayers, heads, dModel } = configs[this.name];
    const cache = Array.from({ length: decoderLayers }, (_, i) =>
      ["decoder.key", "decoder.value", "encoder.key", "encoder.value"].map((part) => `${i}.${part}`),
    ).flat();
    const none = engine.tensor("float32", [tokens.length, heads, 0, dModel / heads]);
    const inputs = new Map([
      ["encoder_attention_mask", this.mask],
      ["input_ids", ids(tokens)],
      ["encoder_hidden_states", states],
      ...cache.map((name) => [`past_key_values.${name}`, past?.get(`present.${name}`) ?? none] as const),
    ]);
    const wanted = ["logits", "cross_attentions.0", ...cache.map((name) => `present.${name}`)];
    return this.decoder.run(inputs, new Map(wanted.map((name) => [name, undefined])));
  }

  close(): void {
    this.encoder.close();
    this.decoder.close();
  }
}

describe.each(names)("the folder of a model, %s", (name) => {
  test("has the weights and the configuration that Python's transformers read", () => {
    const files = folderOf(name);
    for (const [file, hash] of Object.entries(golden[name].sha256)) {
      const bytes = files.get(file) as Uint8Array;
      expect(
        createHash("sha256").update(bytes).digest("hex"),
        `${file}: run test/golden/huggingface again`,
      ).toBe(hash);
    }
  });

  test("has graphs whose states, logits and attention are Python's", async () => {
    const graphs = await Graphs.open(name);
    const encoded = await graphs.encode();
    const { states, logits, crossAttention } = golden[name];
    // Where there is padding, states are nobody's business; Python's are the same all the same.
    expect(relativeError(await floats(encoded, "last_hidden_state"), decodedIn(name, states))).toBeLessThan(
      1e-5,
    );
    const decoded = await graphs.decode(encoded.get("last_hidden_state") as Tensor, target);
    expect(relativeError(await floats(decoded, "logits"), decodeFloats(logits).data)).toBeLessThan(1e-5);
    expect(
      relativeError(await floats(decoded, "cross_attentions.0"), decodeFloats(crossAttention).data),
    ).toBeLessThan(1e-5);
    graphs.close();
  });

  test("gives the same logits token by token on its own past, and computes the source's keys once", async () => {
    const graphs = await Graphs.open(name);
    const states = (await graphs.encode()).get("last_hidden_state") as Tensor;
    const vocabulary = tokenizer.size;
    const whole = decodeFloats(golden[name].logits).data;
    let past: Map<string, Tensor> | undefined;
    let keys: Float32Array | undefined;
    for (const at of (target[0] ?? []).keys()) {
      const step = await graphs.decode(
        states,
        target.map((row) => [row[at] as number]),
        past,
      );
      const expected = target.flatMap((row, r) => {
        const from = (r * row.length + at) * vocabulary;
        return [...whole.slice(from, from + vocabulary)];
      });
      expect(relativeError(await floats(step, "logits"), Float32Array.from(expected))).toBeLessThan(2e-5);
      const sourceKeys = await floats(step, "present.0.encoder.key");
      keys ??= sourceKeys;
      expect(sourceKeys).toEqual(keys);
      past = step;
    }
    graphs.close();
  });

  test("generates greedily what Python does, and only </s> after </s>", async () => {
    const graphs = await Graphs.open(name);
    const states = (await graphs.encode()).get("last_hidden_state") as Tensor;
    const { generated } = golden[name];
    let past: Map<string, Tensor> | undefined;
    for (let at = 0; at + 1 < (generated[0]?.length ?? 0) - 1; at++) {
      past = await graphs.decode(
        states,
        generated.map((row) => [row[at] as number]),
        past,
      );
      const best = argmaxRows(await floats(past, "logits"), (id) => id !== pad);
      generated.forEach((row, r) => {
        if (row[at] !== pad && row[at] !== eos) expect(best[r]).toBe(row[at + 1]);
      });
    }
    const ended = await graphs.decode(
      states,
      source.map(() => [eos]),
      past,
    );
    expect(argmaxRows(await floats(ended, "logits"), () => true)).toEqual([eos, eos, eos]);
    graphs.close();
  });

  test("has graphs of 8 bits that are smaller and nearly the same", async () => {
    const graphs = await Graphs.open(name, "_quantized");
    const encoded = await graphs.encode();
    const decoded = await graphs.decode(encoded.get("last_hidden_state") as Tensor, target);
    const error = relativeError(await floats(decoded, "logits"), decodeFloats(golden[name].logits).data);
    expect(error).toBeGreaterThan(1e-5);
    expect(error).toBeLessThan(0.06);
    graphs.close();
  });

  test("declares inputs in the order and with the axes that transformers.js and optimum read", () => {
    const { decoderLayers, heads, dModel } = configs[name];
    const files = folderOf(name);
    const inputsOf = (file: string): string[] =>
      (onnx.ModelProto.decode(files.get(`onnx/${file}`) as Uint8Array).graph?.input ?? []).map((one) => {
        const axes = one.type?.tensorType?.shape?.dim?.map((dim) => dim.dimParam || Number(dim.dimValue));
        return `${one.name} [${axes}]`;
      });
    expect(inputsOf("encoder_model.onnx")).toEqual([
      "input_ids [batch_size,encoder_sequence_length]",
      "attention_mask [batch_size,encoder_sequence_length]",
    ]);
    const past = (i: number, side: string): string[] =>
      ["key", "value"].map(
        (part) =>
          `past_key_values.${i}.${side}.${part} [batch_size,${heads},past_${side}_sequence_length,${dModel / heads}]`,
      );
    expect(inputsOf("decoder_model_merged.onnx")).toEqual([
      "encoder_attention_mask [batch_size,encoder_sequence_length]",
      "input_ids [batch_size,decoder_sequence_length]",
      `encoder_hidden_states [batch_size,encoder_sequence_length,${dModel}]`,
      ...Array.from({ length: decoderLayers }, (_, i) => [
        ...past(i, "decoder"),
        ...past(i, "encoder"),
      ]).flat(),
    ]);
  });

  test("tokenizes as Python does", () => {
    expect(golden.sentences.map((sentence) => tokenizer.encode(sentence))).toEqual(golden[name].ids);
  });
});

/** Python's states in Heed's order of axes: graphs keep that. */
function decodedIn(name: SampleName, encoded: Encoded): Float32Array {
  const { data } = decodeFloats(encoded);
  const { dModel } = configs[name];
  const order =
    configs[name].norm === "post" ? marianOrder(dModel) : Array.from({ length: dModel }, (_, i) => i);
  const result = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += dModel)
    order.forEach((ours, theirs) => {
      result[row + ours] = data[row + theirs] as number;
    });
  return result;
}

/** The largest entry of every row of the vocabulary. */
function argmaxRows(logits: Float32Array, isAllowed: (id: number) => boolean): number[] {
  const rows = Array.from({ length: logits.length / tokenizer.size }, (_, r) =>
    logits.subarray(r * tokenizer.size, (r + 1) * tokenizer.size),
  );
  return rows.map((row) =>
    row.reduce((best, value, id) => (isAllowed(id) && value > (row[best] as number) ? id : best), eos),
  );
}

describe("the folder", () => {
  test("asks WebAssembly for float32 unless it has graphs of 8 bits", () => {
    const plain = JSON.parse(text(folderOf("tied"), "config.json"));
    expect(plain["transformers.js_config"]).toEqual({ dtype: "fp32" });
    const files = folderOf("tied", { quantize: ["int8"] });
    expect(JSON.parse(text(files, "config.json"))).not.toHaveProperty(["transformers.js_config"]);
    expect([...files.keys()].filter((file) => file.endsWith("_quantized.onnx"))).toHaveLength(2);
  });

  test("has one matrix for all embeddings exactly when the model has", () => {
    const keysOf = (name: SampleName): string[] => [
      ...decodeSafetensors(folderOf(name).get("model.safetensors") as Uint8Array, name).keys(),
    ];
    const matrices = (name: SampleName): string[] => keysOf(name).filter((key) => !key.includes(".layers."));
    expect(matrices("tied")).toEqual(["final_logits_bias", "model.shared.weight"]);
    expect(matrices("untied")).toEqual([
      "final_logits_bias",
      "lm_head.weight",
      "model.decoder.embed_tokens.weight",
      "model.encoder.embed_tokens.weight",
    ]);
  });

  test("has no counterpart for a weight that is not Marian's", () => {
    const extra = new Map([
      ["encoderNorm.gain", { dtype: "float32", shape: [2], data: new Float32Array(2) }],
    ] as const);
    expect(() =>
      exportedWeights(extra, { architecture: "marian", dModel: 2, positions: 4, tied: true, vocabulary: 5 }),
    ).toThrow("encoderNorm.gain: Marian has no counterpart for this weight");
  });
});

describe("a model that no architecture can express is refused with the cause and the remedy", () => {
  const model = {
    ...{ kind: "transformer", dModel: 16, heads: 4, positions: "sinusoidal", norm: "post", without: [] },
  };
  const vocabularies = { one: true, tied: true };
  const refusal = (change: object, others: object = {}): string => {
    try {
      asExportable(
        { ...model, ...change },
        { where: "runs/x", vocabularies: { ...vocabularies, ...others } },
      );
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_MODEL", exit: 65 });
      return (error as Error).message;
    }
    throw new Error("nothing was refused");
  };

  test.each([
    [
      { kind: "lstm" },
      {},
      "only Transformers can be exported, but this run's kind is lstm",
      "with `model.kind: transformer`",
    ],
    [
      { positions: "learned" },
      {},
      "post-norm models (Marian) need sinusoidal positions, but this run's are learned",
      "with `model.positions: sinusoidal`",
    ],
    [
      { positions: "rotary", norm: "pre" },
      {},
      "this run's positions are rotary, which neither Marian nor Blenderbot supports",
      "with `model.positions: sinusoidal`",
    ],
    [
      { dKey: 8 },
      {},
      "keys and values must have size dModel / heads = 4, but this run's have 8 and 8",
      "without `model.dKey` and `model.dValue`",
    ],
    [
      { dValue: 2 },
      {},
      "keys and values must have size dModel / heads = 4, but this run's have 4 and 2",
      "without `model.dKey` and `model.dValue`",
    ],
    [
      { without: ["scale", "diagonal"] },
      {},
      "this run's model lacks parts (scale, diagonal)",
      "with `model.without: []`",
    ],
    [
      { normKind: "rms" },
      {},
      "`model.normKind` is rms, and Marian and Blenderbot have layer norms",
      "without `model.normKind`",
    ],
    [
      { qkNorm: true },
      {},
      "`model.qkNorm` is true, and Marian and Blenderbot do not normalise queries",
      "without `model.qkNorm`",
    ],
    [
      { keyValueHeads: 2 },
      {},
      "`model.keyValueHeads` is 2, and in Marian and Blenderbot every head has its own keys",
      "without `model.keyValueHeads`",
    ],
    [
      { activation: "swiglu" },
      {},
      "`model.activation` is swiglu, and Marian and Blenderbot have no gates",
      "with another `model.activation`",
    ],
    [
      { decoder: "ssru" },
      {},
      "neither Marian nor Blenderbot has decoders with an SSRU there",
      "with `model.decoder: attention`",
    ],
    [
      {},
      { one: false },
      "an exported folder has one tokenizer.json for both languages, but this run has two vocabularies",
      "with `tokenizer.shared: true`",
    ],
    [
      { norm: "pre" },
      { tied: false },
      "pre-norm models (Blenderbot) need one matrix for all embeddings, but this run has three",
      "with `model.tieEmbeddings: true`",
    ],
  ])("%o %o", (change, others, cause, training) => {
    expect(refusal(change, others)).toBe(
      `runs/x: ${cause}; train ${training} to export, or use --format onnx`,
    );
  });

  test("what can be expressed passes", () => {
    for (const change of [{}, { norm: "pre" }, { norm: "pre", positions: "learned" }]) {
      const settings = { ...model, ...change };
      expect(asExportable(settings, { where: "runs/x", vocabularies })).toBe(settings);
    }
  });
});
