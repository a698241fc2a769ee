import { ablations } from "../models/ablations.ts";
import { recurrentAttentionNames } from "../models/recurrent-attention.ts";
import type { TaskName } from "./families/family.ts";
import type { ModelKind } from "./families/kinds.ts";

/** What a key holds: a number, a truth value, one of some words, or a list of them; `?` and `isOptional` may be left out. */
export type Plain =
  | "number"
  | "number?"
  | "boolean"
  | "boolean?"
  | { readonly one: readonly string[]; readonly isOptional?: true }
  | { readonly some: readonly string[] };
export type PlainKeys = Readonly<Record<string, Plain>>;

const sizes = { layers: "number", dModel: "number", dropout: "number" } as const;
const tied = { tieEmbeddings: "boolean" } as const;
const translating = { ...tied, maxLength: "number" } as const;
const transformer = {
  ...sizes,
  heads: "number",
  keyValueHeads: "number?",
  qkNorm: "boolean?",
  dKey: "number?",
  dValue: "number?",
  feedForward: "number",
  attentionDropout: "number?",
  activation: { one: ["relu", "gelu", "relu2", "swiglu"] },
  positions: { one: ["sinusoidal", "learned", "rotary"] },
  norm: { one: ["post", "pre"] },
  normKind: { one: ["layer", "rms", "scale"], isOptional: true },
  fixNorm: "boolean?",
  without: { some: ablations },
  headInit: { one: ["random", "identical", "zero"] },
} as const;
const recurrent = { ...sizes, hidden: "number" } as const;
const reading = { ...recurrent, bidirectional: "boolean" } as const;
const attending = {
  ...reading,
  attention: { one: recurrentAttentionNames },
  inputFeeding: "boolean",
  ...translating,
} as const;

/** The keys of `model` beside its kind, per task, as the schemas have them; a test compares. */
export const plainKeys = {
  translate: {
    transformer: {
      ...transformer,
      encoderLayers: "number?",
      decoderLayers: "number?",
      decoder: { one: ["attention", "ssru"], isOptional: true },
      ...translating,
    },
    lstm: attending,
    gru: attending,
  },
  generate: {
    transformer: { ...transformer, ...tied },
    lstm: { ...recurrent, ...tied },
    gru: { ...recurrent, ...tied },
  },
  classify: { transformer, lstm: reading, gru: reading },
} as const satisfies Readonly<Record<TaskName, Readonly<Partial<Record<ModelKind, PlainKeys>>>>>;
