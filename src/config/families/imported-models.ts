/** The models that come from elsewhere, by family and task. */
import { Bart } from "../../models/bart.ts";
import { Bert } from "../../models/bert.ts";
import { Gpt2 } from "../../models/gpt2.ts";
import { Llama } from "../../models/llama.ts";
import { T5 } from "../../models/t5.ts";
import { type ModelsOf, vocabulariesOf } from "./family.ts";
import type { bartKeys, bertKeys, gpt2Keys, llamaKeys, t5Keys } from "./imported-keys.ts";

const bartKinds = {
  marian: { positions: "sinusoidal", norm: "post", embeddingNorm: false },
  blenderbot: { positions: "learned", norm: "pre", embeddingNorm: false },
  bart: { positions: "learned", norm: "post", embeddingNorm: true },
  mbart: { positions: "learned", norm: "pre", embeddingNorm: true },
  "marian-ssru": {
    positions: "sinusoidal",
    norm: "post",
    embeddingNorm: false,
    decoder: "ssru",
    epsilon: 1e-9,
  },
} as const;

/** Marian's own wavelengths reach 10000 with the last pair of axes, where others' would one pair later. */
const waves = ({ kind, dModel }: { kind: string; dModel: number }): { base?: number } =>
  kind === "marian-ssru" && dModel > 2 ? { base: 10000 ** (dModel / (dModel - 2)) } : {};

export const bartModels: ModelsOf<typeof bartKeys> = {
  translate: (model, tokenizers) =>
    Bart({ ...model, ...bartKinds[model.kind], ...waves(model), ...vocabulariesOf(model, tokenizers) }),
};

export const t5Models: ModelsOf<typeof t5Keys> = {
  translate: (model, { source, target }) => {
    const sourceVocabulary = source === target ? undefined : source.size;
    return T5({ ...model, vocabulary: target.size, sourceVocabulary, tie: model.tieEmbeddings });
  },
};

export const bertModels: ModelsOf<typeof bertKeys> = {
  classify: (model, { vocabulary, labels, maxTokens }) => {
    const headActivation = model.kind === "distilbert" ? "relu" : "tanh";
    const { maxLength = maxTokens } = model;
    return Bert({ ...model, vocabulary, labels, headActivation, maxLength });
  },
};

const gpt2Kinds = {
  gpt2: { positions: "learned" },
  opt: { positions: "learned" },
  starcoder2: { positions: "rotary" },
} as const;

export const gpt2Models: ModelsOf<typeof gpt2Keys> = {
  generate: ({ norm = "pre", maxLength, ...model }, { vocabulary, context }) =>
    Gpt2({
      ...{ ...model, ...gpt2Kinds[model.kind], norm, vocabulary },
      maxLength: maxLength ?? context,
      tie: model.tieEmbeddings,
    }),
};

export const llamaModels: ModelsOf<typeof llamaKeys> = {
  generate: (model, { vocabulary }) => Llama({ ...model, vocabulary, tie: model.tieEmbeddings }),
};
