import { heedError } from "../errors.ts";

/** @throws ERR_DATA unless there are hypotheses, and sets of references each with one text per hypothesis. */
export function checkCounts(
  metric: string,
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
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
}
