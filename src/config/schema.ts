import type { z } from "zod";
import { familyOf, type ModelKeys } from "./families/families.ts";
import type { TaskName } from "./families/family.ts";
import type { ModelKind } from "./families/kinds.ts";
import { classify } from "./tasks/classify.ts";
import { generate } from "./tasks/generate.ts";
import { translate } from "./tasks/translate.ts";

export type { TaskName } from "./families/family.ts";
export type { ModelKind } from "./families/kinds.ts";

/** Every key of a configuration file, with its range, default and meaning, by task; the keys of the model are passed in. */
const schemas = { translate, generate, classify } as const satisfies {
  readonly [Name in TaskName]: (model: ModelKeys<Name>) => z.ZodObject;
};

export const taskNames = Object.keys(schemas) as TaskName[];

/** The task and the kind of model: they decide which keys a configuration has. */
export interface Kinds {
  readonly task: TaskName;
  readonly model: ModelKind;
}

/** A translator and a Transformer, unless a configuration says otherwise. */
export const DEFAULT_KINDS: Kinds = { task: "translate", model: "transformer" };

/** Schemas built so far: building one takes longer than reading a configuration with it. */
const built = new Map<string, z.ZodType<Config>>();

/** The schema of a task with a model of one kind. */
export function schemaOf({ task, model }: Kinds): z.ZodType<Config> {
  const key = `${task} ${model}`;
  const known = built.get(key);
  if (known) return known;
  const withModel: (model: ModelKeys<TaskName>) => z.ZodObject = schemas[task] as never;
  const schema = withModel(familyOf(model).keys[task] as never) as unknown as z.ZodType<Config>;
  built.set(key, schema);
  return schema;
}

type ConfigOf<Name extends TaskName> = z.output<ReturnType<(typeof schemas)[Name]>>;

/** A complete configuration: defaults filled in. */
export type TranslateConfig = ConfigOf<"translate">;
export type GenerateConfig = ConfigOf<"generate">;
export type ClassifyConfig = ConfigOf<"classify">;
export type Config = TranslateConfig | GenerateConfig | ClassifyConfig;
