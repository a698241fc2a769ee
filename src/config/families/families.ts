import type { z } from "zod";
import type { Layer } from "../../nn/layer.ts";
import type { Built, Family, TaskName } from "./family.ts";
import { recurrent } from "./recurrent.ts";
import { transformer } from "./transformer.ts";

/** All model families by name. */
const families = { transformer, recurrent } as const;

type AnyFamily = (typeof families)[keyof typeof families];

/** A value of `model.kind`. */
export type ModelKind = AnyFamily["kinds"][number];

/** The model keys of a task, in any family. */
export type ModelKeys<Name extends TaskName> = AnyFamily["keys"][Name];
export type ModelConfig<Name extends TaskName> = z.output<ModelKeys<Name>>;

/** A family whose kind of model is known only at run time. */
type Erased = Family<ModelKind, { readonly [Name in TaskName]: ModelKeys<Name> }>;

const byKind = new Map(
  Object.values(families).flatMap((family) => family.kinds.map((kind) => [kind, family])),
);

export const modelKinds = [...byKind.keys()] as ModelKind[];

/** The family that a model's kind belongs to. */
export const familyOf = (kind: ModelKind): Erased => byKind.get(kind) as unknown as Erased;

/** The model that a configuration describes. */
export const buildModel = <Name extends TaskName>(
  task: Name,
  model: ModelConfig<Name>,
  given: Built[Name]["given"],
): Layer<Built[Name]["model"]> => familyOf(model.kind).build[task](model, given);
