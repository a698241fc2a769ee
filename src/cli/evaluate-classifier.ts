import { fileReader } from "../data/corpus-reader.node.ts";
import { heedError } from "../errors.ts";
import type { ClassificationScores } from "../evaluation/classification.ts";
import { columnsOf } from "../pictures/terminal-matrix.ts";
import type { ClassifierRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { scoreTexts } from "../tasks/classify/test-set.ts";
import { textsOf } from "../tasks/classify/texts.ts";
import { escapeControls } from "./escape.ts";
import type { Io } from "./io.ts";

/** Labels a test set and counts how often that is right. */
export async function evaluateClassifier(
  run: ClassifierRun,
  engine: Engine,
  { labelled, json }: { readonly labelled?: string | undefined; readonly json?: boolean | undefined },
  io: Io,
): Promise<number> {
  if (!labelled) {
    const remedy = "give --labelled, a TSV of label and text";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set for a classifier", remedy });
  }
  const { labels } = run;
  const texts = await textsOf(labelled, fileReader);
  const scores = await scoreTexts(run, engine, texts, labelled);
  const { accuracy, macroF1, perLabel, confusion } = scores;
  if (json) {
    const found = { sentences: texts.length, accuracy, macroF1, labels, perLabel, confusion };
    await io.writeLine(JSON.stringify(found));
  } else for (const line of table(scores, labels)) await io.writeLine(line);
  return 0;
}

/** Scores, and how often each label (row) was taken for each (column). */
function table(
  { accuracy, macroF1, perLabel, confusion }: ClassificationScores,
  labels: readonly string[],
): string[] {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const names = labels.map(escapeControls);
  const widths = [...names.map(columnsOf), ...confusion.flat().map((n) => `${n}`.length)];
  const width = widths.reduce((most, one) => Math.max(most, one), 6);
  const space = (text: string): string => " ".repeat(width - columnsOf(text));
  const cells = (head: string, all: readonly (string | number)[]): string =>
    [head + space(head), ...all.map((cell) => space(`${cell}`) + cell)].join("  ");
  const rows = names.map((label, i) => {
    const { precision, recall, f1 } = perLabel[i] ?? { precision: 0, recall: 0, f1: 0 };
    return cells(label, [...(confusion[i] ?? []), percent(precision), percent(recall), percent(f1)]);
  });
  return [
    `accuracy ${percent(accuracy)} %   macro-F1 ${percent(macroF1)}`,
    "",
    cells("true", [...names, "P %", "R %", "F1 %"]),
    ...rows,
  ];
}
