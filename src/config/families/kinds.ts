/** The values of `model.kind`, by family. */
export const familyKinds = {
  transformer: ["transformer"],
  recurrent: ["lstm", "gru"],
  bart: ["marian", "blenderbot", "bart", "mbart", "marian-ssru"],
  t5: ["t5"],
  bert: ["bert", "distilbert", "roberta"],
  gpt2: ["gpt2", "opt", "starcoder2"],
  llama: ["llama", "mistral", "qwen2"],
} as const;

/** A value of `model.kind`. */
export type ModelKind = (typeof familyKinds)[keyof typeof familyKinds][number];
