import type { TaskName } from "../config/families/family.ts";
import type { FlatConfig } from "../config/flat.ts";
import { DEFAULT_KINDS } from "../config/schema.ts";
import { classify } from "./classify/task.ts";
import { generate } from "./generate/task.ts";
import type { ConfigOf, Task } from "./task.ts";
import { translate } from "./translate/task.ts";

/** All tasks by name. */
export const tasks = { translate, generate, classify } as const satisfies {
  readonly [Name in TaskName]: Task<Name>;
};

/** The run of any task, without its weights. */
export type DescribedRun = ReturnType<(typeof tasks)[TaskName]["describe"]>;

/** The task of a recorded run; the default task if its configuration is damaged. */
export const recordedTask = (config: FlatConfig): Task =>
  tasks[(config.get("task") ?? DEFAULT_KINDS.task) as TaskName] as unknown as Task;

/** The task of a configuration. */
export function taskOf<Name extends TaskName>({
  task,
}: { readonly task: Name } | ConfigOf<Name>): Task<Name> {
  return tasks[task] as unknown as Task<Name>;
}
