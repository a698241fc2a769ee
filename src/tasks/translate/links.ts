import type { GuidedAlignment } from "../../config/tasks/guided-alignment.ts";
import { PHRASEBOOK } from "../../config/tasks/guided-alignment.ts";
import type { CorpusReader } from "../../data/corpus-reader.ts";
import type { PairSpans } from "../../data/piece-links.ts";
import { heedError } from "../../errors.ts";
import { type Link, parseAlignment } from "../../evaluation/alignment.ts";
import { goldAlignment, type PhrasebookPair } from "../../phrasebook/phrasebook.ts";

/** The known word links of a corpus. */
export interface CorpusLinks {
  /** The sure links of a pair, by its index. @throws ERR_DATA for a line that is not links */
  readonly of: (index: number) => readonly Link[];
  /** Where they stand: `links.txt:3`. */
  readonly where: (index: number) => string;
}

/**
 * The links of `pairs` that guide attention: those of the phrasebook, or a file with a line for each pair. Lines are parsed
 * when they are asked for.
 *
 * @throws ERR_DATA for another number of lines, and what the reader throws.
 */
export async function loadLinks(
  { links }: GuidedAlignment,
  pairs: readonly object[],
  reader: Pick<CorpusReader, "lines">,
): Promise<CorpusLinks> {
  if (links === PHRASEBOOK) {
    return {
      of: (index) => goldAlignment(pairs[index] as PhrasebookPair).sure,
      where: (index) => `the phrasebook, pair ${index + 1}`,
    };
  }
  const lines: string[] = [];
  for await (const line of reader.lines(links)) lines.push(line);
  const [last, count] = [lines.length, pairs.length];
  if (last !== count) {
    const remedy = "write one line of links for each pair, empty where it has none";
    const [where, cause] =
      last < count
        ? [links, `ends after line ${last}, but there are ${count} training pairs`]
        : [
            `${links}:${count + 1}`,
            `belongs to no pair: there are ${count} training pairs and ${last} lines`,
          ];
    throw heedError("ERR_DATA", { where, cause, remedy });
  }
  const where = (index: number): string => `${links}:${index + 1}`;
  return { of: (index) => parseAlignment(lines[index] as string, where(index)).sure, where };
}

/** @throws ERR_DATA for a link to a word that a sentence does not have. */
export function checkLinks(links: readonly Link[], spans: PairSpans, where: string): void {
  for (const link of links) {
    for (const side of ["source", "target"] as const) {
      const words = spans[side].length;
      if (link[side] < words) continue;
      const has = words === 1 ? "1 word" : `${words} words`;
      const cause = `${link.source}-${link.target} is out of range: the ${side} has ${has}`;
      throw heedError("ERR_DATA", { where, cause, remedy: "count words between spaces, from 0" });
    }
  }
}
