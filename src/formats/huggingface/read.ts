import { heedError } from "../../errors.ts";
import { Transformer } from "../../models/transformer.ts";
import type { Activation } from "../../nn/feed-forward.ts";
import { build } from "../../nn/layer.ts";
import { sinusoids } from "../../nn/positions.ts";
import type { NamedTensor } from "../safetensors.ts";
import type { Architecture } from "./check.ts";
import { BIAS, importedWeights, positionsOf, SIDES } from "./weights.ts";

/** The files of a folder that `huggingFaceFolder` wrote: those that tell of the model. */
export interface ExportedFolder {
  /** Names the folder in errors. */
  readonly where: string;
  /** config.json */
  readonly config: unknown;
  /** tokenizer_config.json, where there is one. */
  readonly tokenizerConfig?: unknown;
  /** model.safetensors */
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

/** A translator that was exported, under Heed's names. */
export interface ReadTranslator {
  readonly model: {
    readonly kind: "transformer";
    readonly encoderLayers: number;
    readonly decoderLayers: number;
    readonly dModel: number;
    readonly heads: number;
    readonly feedForward: number;
    readonly dropout: 0;
    readonly activation: Activation;
    readonly positions: "sinusoidal" | "learned";
    readonly norm: "post" | "pre";
    readonly tieEmbeddings: boolean;
    readonly maxLength: number;
  };
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

const activations: Readonly<Record<string, Activation>> = {
  relu: "relu",
  gelu: "gelu",
  gelu_new: "gelu-tanh",
};

/**
 * Reads back what `huggingFaceFolder` wrote. The weights are those that were exported, to the bit.
 *
 * @throws ERR_MODEL for a folder that Heed did not write: models of the same class that come from elsewhere begin, add or
 *   scale in other ways, and would compute something else here.
 */
export function readHuggingFace({ where, config, tokenizerConfig, weights }: ExportedFolder): ReadTranslator {
  const refuse = (cause: string): never => {
    throw heedError("ERR_MODEL", {
      where,
      cause,
      remedy: "give a run, or a folder that `heed export` wrote",
    });
  };
  const c = config as Readonly<Record<string, unknown>>;
  const numberAt = (key: string): number => {
    const value = c[key];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
      ? value
      : refuse(`config.json has no number for ${key}`);
  };
  const architecture = c.model_type as Architecture;
  if (architecture !== "marian" && architecture !== "blenderbot")
    refuse(`it holds a model of type ${JSON.stringify(c.model_type)}`);
  if (numberAt("decoder_start_token_id") !== numberAt("bos_token_id") || c.scale_embedding !== true)
    refuse("this model was not exported by Heed");
  const [dModel, vocabulary] = [numberAt("d_model"), numberAt("vocab_size")];
  const heads = numberAt("encoder_attention_heads");
  const tied = c.share_encoder_decoder_embeddings === true;
  const settings = {
    ...{
      encoderLayers: numberAt("encoder_layers"),
      decoderLayers: numberAt("decoder_layers"),
      dModel,
      heads,
    },
    feedForward: numberAt("encoder_ffn_dim"),
    dropout: 0,
    activation: activations[String(c.activation_function)] ?? refuse("its activation is unknown"),
    positions: architecture === "marian" || isSinusoidal(weights, dModel) ? "sinusoidal" : "learned",
    norm: architecture === "marian" ? "post" : "pre",
    maxLength: longest(tokenizerConfig) ?? numberAt("max_position_embeddings"),
  } as const;
  const transformer = Transformer({
    ...settings,
    ...{ sourceVocabulary: vocabulary, targetVocabulary: vocabulary, tie: tied ? "all" : "none" },
  });
  const names = build<unknown>(transformer).parameters.keys();
  const found = importedWeights(weights, names, { architecture, dModel, tied });
  const known = new Set([BIAS, ...SIDES.map(positionsOf)]);
  const [other] = found.others.filter((key) => !known.has(key));
  if (other !== undefined) refuse(`${other} is no weight of a model that Heed exports`);
  if (weights.get(BIAS)?.data.some((value) => value !== 0)) refuse(`${BIAS} is not zero`);
  return { model: { kind: "transformer", ...settings, tieEmbeddings: tied }, weights: found.weights };
}

/** Whether positions are those of Vaswani et al., which are computed, and not learned ones. */
function isSinusoidal(weights: ReadonlyMap<string, NamedTensor>, dModel: number): boolean {
  const table = weights.get(positionsOf("encoder"));
  if (!table) return true;
  const expected = Float32Array.from(sinusoids(table.shape[0] ?? 0, dModel));
  return expected.length === table.data.length && table.data.every((value, i) => value === expected[i]);
}

function longest(tokenizerConfig: unknown): number | undefined {
  const { model_max_length: length } = (tokenizerConfig ?? {}) as { model_max_length?: unknown };
  return typeof length === "number" && Number.isSafeInteger(length) ? length : undefined;
}
