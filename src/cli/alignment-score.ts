import type { AlignmentScore } from "../evaluation/alignment.ts";
import type { Io } from "./io.ts";

/** Writes how links compare with known ones: an object on standard output, or a line for a person. */
export async function writeAlignmentScore(score: AlignmentScore, json: boolean, io: Io): Promise<void> {
  const { aer, precision, recall, links } = score;
  if (json) await io.writeLine(JSON.stringify({ aer, precision, recall, links }));
  else {
    const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
    io.say(
      `AER ${percent(aer)}, precision ${percent(precision)}, recall ${percent(recall)} over ${links} links`,
    );
  }
}
