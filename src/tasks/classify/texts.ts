import type { PairBatch, PairExample } from "../../data/batches.ts";
import type { CorpusReader, LabelledText, OnBytes } from "../../data/corpus-reader.ts";
import { heedError } from "../../errors.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/**
 * A labelled text as a pair whose target is the label. Tokens beyond `maxTokens` are cut off.
 *
 * @param onCut  Called when the text is cut off.
 */
export function encodeLabelled(
  text: string,
  label: number,
  tokenizer: Tokenizer,
  maxTokens: number,
  onCut?: () => void,
): PairExample {
  const ids = tokenizer.encode(text);
  const isWhole = ids.length <= maxTokens;
  if (!isWhole) onCut?.();
  const kept = isWhole ? ids : [...ids.slice(0, maxTokens - 1), tokenizer.special.eos];
  return { source: Int32Array.from(kept), target: Int32Array.of(label) };
}

/** A batch of labelled texts under the names of the graph's inputs. */
export function textFeeds({ size, sourceLength, source, sourceMask, targetOut }: PairBatch): BatchFeeds {
  const shape = [size, sourceLength];
  return {
    text: { shape, data: source },
    mask: { shape, data: sourceMask },
    label: { shape: [size], data: targetOut },
    labelWeight: { shape: [size], data: new Float32Array(size).fill(1) },
  };
}

/** Reads labelled texts. @throws ERR_DATA when there are none */
export async function textsOf(
  path: string,
  reader: CorpusReader,
  onBytes?: OnBytes,
): Promise<LabelledText[]> {
  const texts: LabelledText[] = [];
  for await (const text of reader.labelled(path, onBytes)) texts.push(text);
  if (texts.length > 0) return texts;
  throw heedError("ERR_DATA", {
    where: path,
    cause: "there are no texts",
    remedy: "write label, tab, text on each line",
  });
}
