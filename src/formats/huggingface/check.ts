import { heedError } from "../../errors.ts";

/** The model section of a translator's configuration; keys of other kinds of model may be absent. */
export interface ModelSettings {
  readonly kind: string;
  readonly dModel: number;
  readonly heads?: number;
  readonly dKey?: number | undefined;
  readonly dValue?: number | undefined;
  readonly positions?: string;
  readonly norm?: string;
  readonly without?: readonly string[];
}

export interface Vocabularies {
  /** Source and target share one. */
  readonly one: boolean;
  /** Source, target and output share one matrix. */
  readonly tied: boolean;
}

/** The architectures a Transformer is exported as: layer norm after each residual sum, or before each sublayer. */
export type Architecture = "marian" | "blenderbot";

export const architectureOf = ({ norm }: Pick<ModelSettings, "norm">): Architecture =>
  norm === "pre" ? "blenderbot" : "marian";

/**
 * The settings of a model that an architecture of other libraries can express. Others are refused, so that nothing is
 * exported that computes something else.
 *
 * @param where  Names the run in errors.
 * @throws ERR_MODEL with the first reason and what to train instead.
 */
export function asExportable<M extends ModelSettings>(
  model: M,
  { where, vocabularies }: { readonly where: string; readonly vocabularies: Vocabularies },
): Extract<M, { readonly kind: "transformer" }> {
  const refuse = (cause: string, setting: string): never => {
    throw heedError("ERR_MODEL", { where, cause, remedy: `train with \`${setting}\` to export` });
  };
  if (model.kind !== "transformer") {
    refuse(
      `only Transformers have a place in other libraries, this run is of kind ${model.kind}`,
      "model.kind: transformer",
    );
  }
  const architecture = architectureOf(model);
  if (architecture === "marian" && model.positions !== "sinusoidal") {
    refuse(
      `with layer norm after each sum (Marian) positions are sinusoidal, this run's are ${model.positions}`,
      "model.positions: sinusoidal",
    );
  }
  if (model.positions === "rotary") {
    refuse(
      "this run's queries and keys turn with their positions, which neither Marian's nor Blenderbot's do",
      "model.positions: sinusoidal",
    );
  }
  const { dModel, heads = 1, dKey = dModel / heads, dValue = dKey } = model;
  if (dKey * heads !== dModel || dValue !== dKey) {
    const cause = `keys and values must have dModel / heads = ${dModel / heads} axes, this run's have ${dKey} and ${dValue}`;
    refuse(cause, "model.dKey and model.dValue left out");
  }
  if (model.without && model.without.length > 0) {
    refuse(`parts are taken out of this run's model (${model.without.join(", ")})`, "model.without: []");
  }
  if (!vocabularies.one) {
    refuse(
      "the folder has one tokenizer.json for both languages, this run has two vocabularies",
      "tokenizer.shared: true",
    );
  }
  if (architecture === "blenderbot" && !vocabularies.tied) {
    refuse(
      "with layer norm before each sublayer (Blenderbot) all embeddings are one matrix, this run has three",
      "model.tieEmbeddings: true",
    );
  }
  return model as Extract<M, { readonly kind: "transformer" }>;
}
