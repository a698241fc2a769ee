import { heedError } from "../errors.ts";

/** One text per hypothesis; undefined where a sentence has fewer references than others. */
export type References = readonly (string | undefined)[];

/** @throws ERR_DATA unless there are hypotheses, reference sets of equal length, and a reference for each sentence. */
export function checkCounts(
  metric: string,
  hypotheses: readonly string[],
  references: readonly References[],
): void {
  const remedy = "give one hypothesis and one reference for each sentence";
  if (hypotheses.length === 0 || references.length === 0) {
    throw heedError("ERR_DATA", { where: metric, cause: "nothing to score", remedy });
  }
  for (const { length } of references) {
    if (length === hypotheses.length) continue;
    const cause = `${hypotheses.length} hypotheses but ${length} references`;
    throw heedError("ERR_DATA", { where: metric, cause, remedy });
  }
  const missing = hypotheses.findIndex((_, at) => references.every((set) => set[at] === undefined));
  if (missing >= 0) {
    throw heedError("ERR_DATA", { where: metric, cause: `sentence ${missing + 1} has no reference`, remedy });
  }
}

/** The references of one sentence. */
export const referencesAt = (references: readonly References[], at: number): string[] =>
  references.flatMap((set) => set[at] ?? []);

/** How many references each sentence has, for a signature; "var" if sentences differ. */
export function countOf(references: readonly References[]): string {
  const counts = new Set(references[0]?.map((_, at) => referencesAt(references, at).length));
  return counts.size === 1 ? String([...counts][0]) : "var";
}
