import { heedError } from "../../../errors.ts";
import type { NamedTensor } from "../../safetensors.ts";
import { marianOrder, permuted } from "../weights.ts";
import type { HuggingFaceFamily, ImportedModel } from "./family.ts";
import type { Source } from "./names.ts";

/** Values of Marian's settings that Heed's layers can express. */
const expected: Readonly<Record<string, unknown>> = {
  type: "transformer",
  "transformer-decoder-autoreg": "rnn",
  "dec-cell": "ssru",
  "dec-cell-base-depth": 2,
  "tied-embeddings-all": true,
  "transformer-preprocess": "",
  "transformer-postprocess": "dan",
  "transformer-postprocess-top": "",
  "transformer-ffn-depth": 2,
  "transformer-train-position-embeddings": false,
  "transformer-no-projection": false,
  "output-omit-bias": false,
  "lemma-dim-emb": 0,
};

/** Longest text, in tokens: positions are computed. */
const LONGEST = 512;
/** No search writes a token with this bias. */
const NEVER = -1000;

/** Translators of the Marian toolkit with SSRU decoders, as published for Bergamot and Firefox. */
export const marianNmt: HuggingFaceFamily = {
  modelTypes: ["marian-nmt"],
  read: ({ config, idOf }): ImportedModel => {
    for (const [key, value] of Object.entries(expected))
      if ((config.raw(key) ?? value) !== value)
        config.refuse(
          `"${key}" is ${JSON.stringify(config.raw(key))}; only ${JSON.stringify(value)} is read`,
        );
    const dModel = config.count("dim-emb", undefined, 4);
    const pieces = config.count("vocab_size");
    const eos = idOf("</s>") ?? config.refuse("its vocabulary has no </s>");
    return {
      task: "translate",
      model: {
        kind: "marian-ssru",
        encoderLayers: config.layers("enc-depth"),
        decoderLayers: config.layers("dec-depth"),
        dModel,
        heads: config.count("transformer-heads"),
        feedForward: config.count("transformer-dim-ffn"),
        dropout: 0,
        activation: config.activation("transformer-ffn-activation", "relu"),
        scaleEmbedding: true,
        tieEmbeddings: true,
        maxLength: LONGEST,
      },
      longest: LONGEST,
      vocabulary: pieces + 1,
      // A decoder begins with a vector of zeros, which is one more piece here.
      special: { pad: pieces, bos: pieces, eos },
      beam: 1,
      guidedHead: 1,
      sourceOf: sourceOf(dModel),
      ignored: /^$/,
    };
  },
  write: (_, where) => {
    const cause = "Hugging Face's libraries have no Marian with SSRU decoders";
    throw heedError("ERR_MODEL", { where, cause, remedy: "use --format onnx" });
  },
};

const projections = { query: "q", key: "k", value: "v", output: "o" } as const;
const places: readonly (readonly [RegExp, (found: RegExpExecArray) => string, readonly (0 | 1)[]])[] = [
  [/^(attention|cross)\.(query|key|value)\.weight$/, ([, part, name]) => `${at(part)}_W${letter(name)}`, [1]],
  [/^(attention|cross)\.(query|key|value)\.bias$/, ([, part, name]) => `${at(part)}_b${letter(name)}`, []],
  [/^(attention|cross)\.output\.weight$/, ([, part]) => `${at(part)}_Wo`, [0]],
  [/^(attention|cross)\.output\.bias$/, ([, part]) => `${at(part)}_bo`, [0]],
  [
    /^(attention|cross)Residual\.norm\.(gain|bias)$/,
    ([, part, leaf]) => `${at(part)}_Wo_ln_${norm(leaf)}`,
    [0],
  ],
  [/^recurrence\.input$/, () => "rnn_W", [0, 1]],
  [/^recurrence\.forget\.weight$/, () => "rnn_Wf", [0, 1]],
  [/^recurrence\.forget\.bias$/, () => "rnn_bf", [0]],
  [/^recurrenceResidual\.norm\.(gain|bias)$/, ([, leaf]) => `rnn_ffn_ln_${norm(leaf)}`, [0]],
  [/^feedForward\.inner\.weight$/, () => "ffn_W1", [1]],
  [/^feedForward\.inner\.bias$/, () => "ffn_b1", []],
  [/^feedForward\.outer\.weight$/, () => "ffn_W2", [0]],
  [/^feedForward\.outer\.bias$/, () => "ffn_b2", [0]],
  [/^feedForwardResidual\.norm\.(gain|bias)$/, ([, leaf]) => `ffn_ffn_ln_${norm(leaf)}`, [0]],
];
const at = (part = ""): string => (part === "cross" ? "context" : "self");
const letter = (name = ""): string => projections[name as keyof typeof projections];
const norm = (leaf = ""): string => (leaf === "gain" ? "scale" : "bias");

/** Marian has all sines before all cosines, Heed has them in turn: model axes are put in Heed's order. */
function sourceOf(dModel: number): ImportedModel["sourceOf"] {
  const order: number[] = [];
  for (const [theirs, ours] of marianOrder(dModel).entries()) order[ours] = theirs;
  const ordered =
    (axes: readonly (0 | 1)[]) =>
    (tensor: NamedTensor): NamedTensor =>
      axes.reduce((turned, axis) => permuted(turned, axis, order), tensor);
  return (path): Source | undefined => {
    if (path === "embed.weight") return { keys: ["Wemb"], take: (table) => withRow(ordered([1])(table), 0) };
    if (path === "outputBias")
      return { keys: ["decoder_ff_logit_out_b"], take: (bias) => withRow(bias, NEVER) };
    const [, side, number, rest = ""] = /^(encoder|decoder)\.(\d+)\.(.*)$/.exec(path) ?? [];
    for (const [pattern, key, axes] of places) {
      const found = pattern.exec(rest);
      if (found) return { keys: [`${side}_l${Number(number) + 1}_${key(found)}`], take: ordered(axes) };
    }
    return undefined;
  };
}

/** A table or vector with one more row, of one value. */
function withRow({ shape: [rows = 0, ...rest], data, dtype }: NamedTensor, value: number): NamedTensor {
  const width = rest.reduce((product, size) => product * size, 1);
  const longer = new Float32Array((rows + 1) * width).fill(value);
  longer.set(data as Float32Array);
  return { dtype, shape: [rows + 1, ...rest], data: longer };
}
