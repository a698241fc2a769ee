import type { TranslatorOptions } from "../decoding/translator.ts";
import { physicalCores } from "../runtime/threads.node.ts";

/** Many batches are faster side by side, each on one core; few want all cores for each. */
export function streamsFor(sentences: number, batch: number): Pick<TranslatorOptions, "streams" | "session"> {
  const streams = physicalCores();
  return streams > 1 && sentences >= 4 * batch ? { streams, session: { threads: 1 } } : {};
}
