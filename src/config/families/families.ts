import type { z } from "zod";
import type { Family, TaskName } from "./family.ts";
import { bart, bert, gpt2, llama, t5 } from "./imported.ts";
import type { ModelKind } from "./kinds.ts";
import { recurrent } from "./recurrent.ts";
import { transformer } from "./transformer.ts";

/** All model families by name. */
const families = { transformer, recurrent, bart, t5, bert, gpt2, llama } as const;

type AnyFamily = (typeof families)[keyof typeof families];

type KeysIn<F, Name extends TaskName> = F extends { readonly keys: { readonly [N in Name]: infer Keys } }
  ? Keys
  : never;
/** The model keys of a task, in any family that can learn it. */
export type ModelKeys<Name extends TaskName> = Extract<KeysIn<AnyFamily, Name>, z.ZodObject>;
export type ModelConfig<Name extends TaskName> = z.output<ModelKeys<Name>>;

/** A family whose kind of model is known only at run time. */
type Erased = Family<ModelKind, { readonly [Name in TaskName]: ModelKeys<Name> }>;

const byKind = new Map(
  Object.values(families).flatMap((family) => family.kinds.map((kind) => [kind, family])),
);

/** The family that a model's kind belongs to. */
export const familyOf = (kind: ModelKind): Erased => byKind.get(kind) as unknown as Erased;

const kinds = [...byKind.keys()] as ModelKind[];

/** The kinds to train from scratch, which learn every task. */
export const modelKinds = kinds.filter((kind) => !familyOf(kind).isImported);

/** All kinds of a task, those of imported models too. */
export const kindsFor = (task: TaskName): ModelKind[] => kinds.filter((kind) => familyOf(kind).keys[task]);
