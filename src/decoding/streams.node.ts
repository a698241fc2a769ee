import type { HostTensor } from "../runtime/state.ts";
import { physicalCores } from "../runtime/threads.node.ts";
import type { TranslatorOptions } from "./translator-options.ts";

/** Below this many weights a model decodes faster on one core than on two: its products are too small to share. */
const SMALL = 3e6;

/**
 * How a translator uses the cores. With many batches or a small model, batches run side by side on one thread each, two
 * per core: one computes while the tokens of the other are processed. Few batches of a larger model run one after the
 * other on all cores.
 */
export function streamsFor(
  sentences: number,
  batch: number,
  weights: ReadonlyMap<string, HostTensor>,
): Pick<TranslatorOptions, "streams" | "session"> {
  const cores = physicalCores();
  const count = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const isParallel = sentences >= 2 * cores * batch || count < SMALL;
  return cores > 1 && isParallel ? { streams: 2 * cores, session: { threads: 1 } } : {};
}

/** Sentences to translate at a time: bounds memory, yet gives every stream several batches of similar lengths. */
export const windowFor = (batch: number): number => Math.max(1024, 8 * physicalCores() * batch);
