import type { State } from "../runtime/state.ts";
import { newestCheckpoint } from "./checkpoints.node.ts";
import { isValidated, type SavedState } from "./resumed-checkpoint.node.ts";

/**
 * Restores weights and moments of the last validated checkpoint of a run. Those that a signal saved do not count: an
 * uninterrupted run has none, and must end like one that was stopped.
 *
 * @returns its step; undefined when there is none
 */
export function rollBack(
  directory: string,
  state: State,
  say: (message: string) => void = () => undefined,
): number | undefined {
  const checkpoint = newestCheckpoint<SavedState>(directory, say, isValidated);
  if (!checkpoint) return undefined;
  for (const tensors of [checkpoint.model, checkpoint.optimizer])
    for (const [name, { data }] of tensors) state.write(name, data);
  return checkpoint.step;
}
