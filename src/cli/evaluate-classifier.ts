import { fileReader } from "../data/corpus-reader.node.ts";
import { heedError } from "../errors.ts";
import type { ClassificationScores } from "../evaluation/classification.ts";
import { columnsOf } from "../pictures/columns.ts";
import type { ClassifierRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { scoreTexts } from "../tasks/classify/test-set.ts";
import { textsOf } from "../tasks/classify/texts.ts";
import { escapeControls } from "../text/escape.ts";
import type { Io } from "./io.ts";

/** Scores a classifier's labels on a test set. */
export async function evaluateClassifier(
  run: ClassifierRun,
  engine: Engine,
  { labelled, json }: { readonly labelled?: string | undefined; readonly json?: boolean | undefined },
  io: Io,
): Promise<number> {
  if (!labelled) {
    const remedy = "give --labelled FILE, lines of label, tab, text";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set for a classifier", remedy });
  }
  const { labels } = run;
  const texts = await textsOf(labelled, fileReader);
  const scores = await scoreTexts(run, engine, texts, labelled);
  const { accuracy, macroF1, perLabel, confusion } = scores;
  if (json) {
    const result = { sentences: texts.length, accuracy, macroF1, labels, perLabel, confusion };
    await io.writeLine(JSON.stringify(result));
  } else for (const line of table(scores, labels)) await io.writeLine(line);
  return 0;
}

/** The scores and the confusion matrix: a row per true label, a column per predicted one. */
function table(
  { accuracy, macroF1, perLabel, confusion }: ClassificationScores,
  labels: readonly string[],
): string[] {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const names = labels.map(escapeControls);
  const widths = [...names.map(columnsOf), ...confusion.flat().map((n) => `${n}`.length)];
  const width = widths.reduce((widest, each) => Math.max(widest, each), 6);
  const space = (text: string): string => " ".repeat(width - columnsOf(text));
  const cells = (head: string, values: readonly (string | number)[]): string =>
    [head + space(head), ...values.map((value) => space(`${value}`) + value)].join("  ");
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
