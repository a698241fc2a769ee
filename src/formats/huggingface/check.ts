import { heedError } from "../../errors.ts";
import { type OwnKeys, refuseOwnKeys } from "./own-keys.ts";

/** The model section of a translator's configuration; keys that its kind lacks may be absent. */
export interface ModelSettings extends OwnKeys {
  readonly kind: string;
  readonly dModel: number;
  readonly dKey?: number | undefined;
  readonly dValue?: number | undefined;
  readonly positions?: string;
  readonly norm?: string;
  readonly decoder?: string | undefined;
  readonly without?: readonly string[];
}

export interface Vocabularies {
  /** Source and target share one. */
  readonly one: boolean;
  /** Source, target and output share one matrix. */
  readonly tied: boolean;
}

/** The architecture of an exported Transformer: Marian for post-norm, Blenderbot for pre-norm. */
export type Architecture = "marian" | "blenderbot";

export const architectureOf = ({ norm }: Pick<ModelSettings, "norm">): Architecture =>
  norm === "pre" ? "blenderbot" : "marian";

/**
 * Checks that the target architecture can express a model exactly, so that an export never computes something else.
 *
 * @param where  Names the run in errors.
 * @throws ERR_MODEL with the first mismatch and the setting to train with.
 */
export function asExportable<M extends ModelSettings>(
  model: M,
  { where, vocabularies }: { readonly where: string; readonly vocabularies: Vocabularies },
): Extract<M, { readonly kind: "transformer" }> {
  const refuse = (cause: string, training: string): never => {
    throw heedError("ERR_MODEL", {
      where,
      cause,
      remedy: `train ${training} to export, or use --format onnx`,
    });
  };
  if (model.kind !== "transformer") {
    refuse(
      `only Transformers can be exported, but this run's kind is ${model.kind}`,
      "with `model.kind: transformer`",
    );
  }
  if (model.decoder === "ssru")
    refuse(
      "neither Marian nor Blenderbot has decoders with an SSRU there",
      "with `model.decoder: attention`",
    );
  refuseOwnKeys(model, "Marian and Blenderbot", refuse);
  const architecture = architectureOf(model);
  if (architecture === "marian" && model.positions !== "sinusoidal") {
    refuse(
      `post-norm models (Marian) need sinusoidal positions, but this run's are ${model.positions}`,
      "with `model.positions: sinusoidal`",
    );
  }
  if (model.positions === "rotary") {
    refuse(
      "this run's positions are rotary, which neither Marian nor Blenderbot supports",
      "with `model.positions: sinusoidal`",
    );
  }
  const { dModel, heads = 1, dKey = dModel / heads, dValue = dKey } = model;
  if (dKey * heads !== dModel || dValue !== dKey) {
    const cause = `keys and values must have size dModel / heads = ${dModel / heads}, but this run's have ${dKey} and ${dValue}`;
    refuse(cause, "without `model.dKey` and `model.dValue`");
  }
  if (model.without && model.without.length > 0) {
    refuse(`this run's model lacks parts (${model.without.join(", ")})`, "with `model.without: []`");
  }
  if (!vocabularies.one) {
    refuse(
      "an exported folder has one tokenizer.json for both languages, but this run has two vocabularies",
      "with `tokenizer.shared: true`",
    );
  }
  if (architecture === "blenderbot" && !vocabularies.tied) {
    refuse(
      "pre-norm models (Blenderbot) need one matrix for all embeddings, but this run has three",
      "with `model.tieEmbeddings: true`",
    );
  }
  return model as Extract<M, { readonly kind: "transformer" }>;
}
