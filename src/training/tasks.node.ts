import { loadLabelled } from "./classify-task.node.ts";
import type { Config } from "./config.ts";
import { loadText } from "./generate-task.node.ts";
import type { TaskData } from "./task.ts";
import { loadTranslation } from "./translate-task.node.ts";

/** Reads the data of what a configuration says to learn: the one place that knows all tasks. */
export function loadTask(config: Config): Promise<TaskData> {
  switch (config.task) {
    case "translate":
      return loadTranslation(config);
    case "generate":
      return loadText(config);
    case "classify":
      return loadLabelled(config);
  }
}
