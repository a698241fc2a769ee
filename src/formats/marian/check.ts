import { heedError } from "../../errors.ts";

/** What a translator's configuration says about its model; keys of other kinds of model may be absent. */
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

/**
 * The settings of a model that Marian's architecture can express. Others are refused, so that nothing is exported that
 * computes something else.
 *
 * @param where  Names the run in errors.
 * @throws ERR_MODEL with the first reason and what to train instead.
 */
export function asMarian<M extends ModelSettings>(
  model: M,
  { where, oneVocabulary }: { readonly where: string; readonly oneVocabulary: boolean },
): Extract<M, { readonly kind: "transformer" }> {
  const refuse = (cause: string, setting: string): never => {
    throw heedError("ERR_MODEL", { where, cause, remedy: `train with \`${setting}\` to export` });
  };
  if (model.kind !== "transformer") {
    refuse(`Marian is a Transformer, this run is of kind ${model.kind}`, "model.kind: transformer");
  }
  if (model.norm === "pre") {
    refuse("Marian normalises after each residual sum, this run before each sublayer", "model.norm: post");
  }
  if (model.positions !== "sinusoidal") {
    refuse(
      `Marian's positions are sinusoidal, this run's are ${model.positions}`,
      "model.positions: sinusoidal",
    );
  }
  const { dModel, heads = 1, dKey = dModel / heads, dValue = dKey } = model;
  if (dKey * heads !== dModel || dValue !== dKey) {
    const cause = `Marian's keys and values have dModel / heads = ${dModel / heads} axes, this run's ${dKey} and ${dValue}`;
    refuse(cause, "model.dKey and model.dValue left out");
  }
  if (model.without && model.without.length > 0) {
    refuse(`this run has parts taken out that Marian has (${model.without.join(", ")})`, "model.without: []");
  }
  if (!oneVocabulary) {
    refuse(
      "the folder has one tokenizer.json for both languages, this run has two vocabularies",
      "tokenizer.shared: true",
    );
  }
  return model as Extract<M, { readonly kind: "transformer" }>;
}
