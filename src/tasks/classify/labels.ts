import { heedError } from "../../errors.ts";
import type { RunFiles } from "../run-files.ts";

export const LABELS = "labels.json";

/** The labels of a run, in the order of the model's outputs. @throws ERR_MODEL when they cannot be read. */
export function readLabels(files: RunFiles): string[] {
  const labels = files.json(LABELS);
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  throw heedError("ERR_MODEL", { where: `${files.where}/${LABELS}`, cause: "is not a list of labels" });
}

/** The number of a label. @throws ERR_DATA for a label that does not occur in the training data. */
export function labelNumber(label: string, labels: readonly string[], where: string): number {
  const number = labels.indexOf(label);
  if (number >= 0) return number;
  const cause = `the label "${label}" does not occur in the training data`;
  throw heedError("ERR_DATA", { where, cause, remedy: `labels are ${labels.slice(0, 8).join(", ")}` });
}
