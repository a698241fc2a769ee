import type { HostTensor } from "../runtime/state.ts";
import { physicalCores } from "../runtime/threads.node.ts";
import type { TranslatorOptions } from "./translator-options.ts";

/** A model of fewer weights decodes faster on one core than on two, which wait for each other between its small products. */
const SMALL = 3e6;

/**
 * How a translator uses the cores. Many batches, or a small model, are faster side by side, each on one thread, two for
 * every core: while the tokens of one batch are looked at, another computes. Few batches of a larger model want all cores
 * for each.
 */
export function streamsFor(
  sentences: number,
  batch: number,
  weights: ReadonlyMap<string, HostTensor>,
): Pick<TranslatorOptions, "streams" | "session"> {
  const cores = physicalCores();
  const count = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const apart = sentences >= 2 * cores * batch || count < SMALL;
  return cores > 1 && apart ? { streams: 2 * cores, session: { threads: 1 } } : {};
}

/** Sentences to hand over at a time: memory stays flat, and every stream has several batches of alike lengths. */
export const windowFor = (batch: number): number => Math.max(1024, 8 * physicalCores() * batch);
