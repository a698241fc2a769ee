/** A language model that was trained here, in the terms of a family that other libraries know. */
import { heedError } from "../../errors.ts";
import { Gpt2 } from "../../models/gpt2.ts";
import { Llama } from "../../models/llama.ts";
import type { Decoder } from "../../models/seq2seq.ts";
import type { Activation } from "../../nn/feed-forward.ts";
import type { Layer } from "../../nn/layer.ts";
import { sinusoids } from "../../nn/positions.ts";
import type { NamedTensor } from "../safetensors.ts";
import { type OwnKeys, refuseOwnKeys, withUnitRows } from "./own-keys.ts";

/** The model section of a language model's configuration; keys that its kind lacks may be absent. */
export interface LanguageModelSettings extends OwnKeys {
  readonly kind: string;
  readonly layers: number;
  readonly dModel: number;
  readonly dKey?: number | undefined;
  readonly dValue?: number | undefined;
  readonly feedForward?: number;
  readonly dropout: number;
  readonly attentionDropout?: number | undefined;
  readonly positions?: string;
  readonly norm?: string | undefined;
  readonly without?: readonly string[];
  readonly tieEmbeddings?: boolean;
}

/** A model of the family of GPT-2 or of LLaMA. */
export interface FamiliarModel {
  readonly model: {
    readonly kind: "gpt2" | "opt" | "starcoder2" | "llama";
    readonly norm?: "post" | "pre";
  } & Readonly<Record<string, unknown>>;
  readonly layer: Layer<Decoder>;
  readonly weights: ReadonlyMap<string, NamedTensor>;
  readonly longest: number;
}

/** Sinusoids extend to any length, and transformers.js asks for 256 new tokens regardless of the training length. */
const LEAST_SINUSOIDS = 512;
const EPSILON = 1e-5;

/**
 * The model as GPT-2 (pre-norm), OPT (post-norm), StarCoder 2 (rotary positions) or LLaMA (rotary positions, RMS norms and
 * SwiGLU). Their embeddings are not multiplied by sqrt(d): the factor is in the weights, and is taken out again where the tied
 * matrix projects the last norm's output.
 *
 * @param context  Longest text, in tokens.
 * @param where  Names the run in errors.
 * @throws ERR_MODEL with the first mismatch and the setting to train with.
 */
export function asFamiliar(
  model: LanguageModelSettings,
  weights: ReadonlyMap<string, NamedTensor>,
  { context, where }: { readonly context: number; readonly where: string },
): FamiliarModel {
  const refuse = (cause: string, training: string): never => {
    throw heedError("ERR_MODEL", {
      where,
      cause,
      remedy: `train ${training} to export, or use --format onnx`,
    });
  };
  const { kind, layers, dModel, heads = 1, feedForward = 1, dropout } = model;
  const { attentionDropout, tieEmbeddings = true, positions, without = [] } = model;
  const norm = model.norm === "pre" ? "pre" : "post";
  if (kind !== "transformer")
    refuse(`\`model.kind\` is ${kind}, which no family expresses`, "with `model.kind: transformer`");
  if (positions === "rotary" && norm === "post")
    refuse(
      "`model.norm` is post, and models with rotary positions (StarCoder 2) are pre-norm",
      "with `model.norm: pre`",
    );
  const { dKey = dModel / heads, dValue = dKey } = model;
  const isLlama = isLlamaLike(model);
  if (!isLlama) refuseOwnKeys(model, "GPT-2, OPT and StarCoder 2", refuse);
  if (isLlama && model.qkNorm)
    refuse("`model.qkNorm` is true, and LLaMA does not normalise queries", "without `model.qkNorm`");
  if (isLlama && dValue !== dKey)
    refuse(`\`model.dValue\` is ${dValue}, and LLaMA's values have dKey, ${dKey}`, "without `model.dValue`");
  if (!isLlama && (dKey * heads !== dModel || dValue !== dKey)) {
    const key = dKey * heads === dModel ? "dValue" : "dKey";
    const cause = `\`model.${key}\` must be dModel / heads = ${dModel / heads}, but is ${key === "dKey" ? dKey : dValue}`;
    refuse(cause, `without \`model.${key}\``);
  }
  if (without.length > 0)
    refuse(`\`model.without\` removes ${without.join(", ")}`, "with `model.without: []`");
  const vocabulary = weights.get("embed.weight")?.shape[0] as number;
  const longest = positions === "sinusoidal" ? Math.max(context, LEAST_SINUSOIDS) : context;
  const unscaling = { dModel, last: lastNorm(norm, layers), isTied: tieEmbeddings, positions, longest };
  const stored = unscaled(model.fixNorm ? withUnitRows(weights) : weights, unscaling);
  const sizes = { layers, dModel, heads, feedForward, dropout, attentionDropout };
  if (isLlama) {
    const { keyValueHeads = heads } = model;
    const keys = { ...sizes, ...LLAMA, keyValueHeads, dKey, tieEmbeddings };
    const layer = Llama({ ...keys, vocabulary, tie: tieEmbeddings });
    return { model: { kind: "llama", ...keys }, layer, weights: stored, longest };
  }
  const isRotary = positions === "rotary";
  const target = isRotary ? "starcoder2" : norm === "pre" ? "gpt2" : "opt";
  // Gates are refused.
  const blocks = { ...sizes, activation: (model.activation ?? "relu") as Activation };
  return {
    model: {
      kind: target,
      ...blocks,
      ...(target === "opt" ? { norm } : {}),
      epsilon: EPSILON,
      tieEmbeddings,
    },
    layer: Gpt2({
      ...{ ...blocks, vocabulary, norm, maxLength: longest, tie: tieEmbeddings },
      positions: isRotary ? "rotary" : "learned",
    }),
    weights: stored,
    longest,
  };
}

/** What LLaMA has of a model that is trained here. */
const LLAMA = { rotaryBase: 10000, biases: "all", epsilon: 1e-6 } as const;

/** Whether a model is built as LLaMA is. */
const isLlamaLike = ({ norm, normKind, activation, positions }: LanguageModelSettings): boolean =>
  norm === "pre" && normKind === "rms" && activation === "swiglu" && positions === "rotary";

/** The norm whose output the projection reads. */
const lastNorm = (norm: "post" | "pre", layers: number): string =>
  norm === "pre" ? "norm" : `layers.${layers - 1}.feedForwardResidual.norm`;

interface Unscaling {
  readonly dModel: number;
  readonly last: string;
  readonly isTied: boolean;
  readonly positions: string | undefined;
  readonly longest: number;
}

function unscaled(
  weights: ReadonlyMap<string, NamedTensor>,
  { dModel, last, isTied, positions, longest }: Unscaling,
): Map<string, NamedTensor> {
  const result = new Map(weights);
  const scale = (path: string, factor: number): void => {
    const { shape, data } = weights.get(path) as NamedTensor;
    const scaled = Float32Array.from(data as Float32Array, (value) => value * factor);
    result.set(path, { dtype: "float32", shape, data: scaled });
  };
  scale("embed.weight", Math.sqrt(dModel));
  if (isTied)
    for (const leaf of ["gain", "bias"])
      if (weights.has(`${last}.${leaf}`)) scale(`${last}.${leaf}`, dModel ** -0.5);
  if (positions === "sinusoidal") {
    const data = Float32Array.from(sinusoids(longest, dModel));
    result.set("positions.weight", { dtype: "float32", shape: [longest, dModel], data });
  }
  return result;
}
