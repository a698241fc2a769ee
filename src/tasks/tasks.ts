import type { TaskName } from "../config/families/family.ts";
import type { FlatConfig } from "../config/flat.ts";
import { DEFAULT_KINDS } from "../config/schema.ts";
import { classify } from "./classify/task.ts";
import { generate } from "./generate/task.ts";
import type { ConfigOf, Task } from "./task.ts";
import { translate } from "./translate/task.ts";

/** Every task there is, by name. */
export const tasks = { translate, generate, classify } as const satisfies {
  readonly [Name in TaskName]: Task<Name>;
};

/** What the run of a task is described by, its weights left out. */
export type DescribedRun = ReturnType<(typeof tasks)[TaskName]["describe"]>;

/** The task of a run whose configuration is known by the paths of its keys; the default one's if that is damaged. */
export const recordedTask = (config: FlatConfig): Task =>
  tasks[(config.get("task") ?? DEFAULT_KINDS.task) as TaskName] as unknown as Task;

/** The task of a configuration. */
export function taskOf<Name extends TaskName>({
  task,
}: { readonly task: Name } | ConfigOf<Name>): Task<Name> {
  return tasks[task] as unknown as Task<Name>;
}
