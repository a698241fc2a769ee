import type { TaskName } from "../config/families/family.ts";
import type { ModelSettings } from "../config/plain.ts";
import { heedError } from "../errors.ts";
import type { OpenedRun } from "./open-run.ts";

type WithSettings<Run> = Run extends { readonly task: infer Name }
  ? Omit<Run, "config"> & {
      readonly task: Name;
      readonly config: Extract<ModelSettings, { readonly task: Name }>;
    }
  : never;

/** A trained model with its weights and what running it takes: less than an `OpenedRun`, which is one too. */
export type Runnable = WithSettings<OpenedRun>;
export type RunnableOf<Name extends TaskName> = Extract<Runnable, { readonly task: Name }>;

/** What messages say of each task. */
const words = {
  translate: { noun: "a translator", opener: "openTranslator" },
  generate: { noun: "a language model", opener: "openGenerator" },
  classify: { noun: "a classifier", opener: "openClassifier" },
} as const satisfies Readonly<Record<TaskName, { readonly noun: string; readonly opener: string }>>;

/** A model of one task. @throws ERR_INPUT for one of another task, naming the function to use. */
export function runnableOf<Name extends TaskName>(
  run: Runnable | ModelSettings,
  task: Name,
  where: string,
): RunnableOf<Name> {
  if (run.task === task) return run as RunnableOf<Name>;
  const cause = `this is ${words[run.task].noun}, not ${words[task].noun}`;
  throw heedError("ERR_INPUT", { where, cause, remedy: `use ${words[run.task].opener}` });
}
