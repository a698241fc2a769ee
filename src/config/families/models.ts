import type { Layer } from "../../nn/layer.ts";
import type { ModelConfig } from "./families.ts";
import type { Built, TaskName } from "./family.ts";
import { bartModels, bertModels, gpt2Models, llamaModels, t5Models } from "./imported-models.ts";
import type { ModelKind } from "./kinds.ts";
import { recurrentModels } from "./recurrent-models.ts";
import { transformerModels } from "./transformer-models.ts";

/** The models of every kind. */
const models = {
  transformer: transformerModels,
  lstm: recurrentModels,
  gru: recurrentModels,
  marian: bartModels,
  blenderbot: bartModels,
  bart: bartModels,
  mbart: bartModels,
  "marian-ssru": bartModels,
  t5: t5Models,
  bert: bertModels,
  distilbert: bertModels,
  roberta: bertModels,
  gpt2: gpt2Models,
  opt: gpt2Models,
  starcoder2: gpt2Models,
  llama: llamaModels,
  mistral: llamaModels,
  qwen2: llamaModels,
} as const satisfies Readonly<Record<ModelKind, unknown>>;

/** The model that a configuration describes. */
export const buildModel = <Name extends TaskName>(
  task: Name,
  model: ModelConfig<Name>,
  given: Built[Name]["given"],
): Layer<Built[Name]["model"]> => {
  const build = (models[model.kind] as Readonly<Record<string, unknown>>)[task] as (
    model: ModelConfig<Name>,
    given: Built[Name]["given"],
  ) => Layer<Built[Name]["model"]>;
  return build(model, given);
};
