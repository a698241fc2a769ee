import { fileReader } from "../data/corpus-reader.node.ts";
import type { LabelledText } from "../data/corpus-reader.ts";
import { heedError } from "../errors.ts";
import type { ClassificationScores } from "../evaluation/classification.ts";
import { columnsOf } from "../pictures/columns.ts";
import type { ClassifierRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { labelNumber } from "../tasks/classify/labels.ts";
import { scoreTexts } from "../tasks/classify/test-set.ts";
import { textsOf } from "../tasks/classify/texts.ts";
import { escapeControls } from "../text/escape.ts";
import { shardedFlow } from "./flow.ts";
import type { Io } from "./io.ts";
import { partAbout } from "./part-about.ts";
import { type Shard, type ShardValues, shardOf } from "./shard.ts";

export interface ClassifierTest extends ShardValues {
  readonly labelled?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Scores a classifier's labels on a test set. */
export async function evaluateClassifier(
  run: ClassifierRun,
  engine: Engine,
  options: ClassifierTest,
  io: Io,
): Promise<number> {
  const { labelled } = options;
  if (!labelled) {
    const remedy = "give --labelled FILE, lines of label, tab, text";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set for a classifier", remedy });
  }
  const { labels } = run;
  const texts = await textsOf(labelled, fileReader);
  const part = shardOf(options);
  if (part) return countShard({ run, engine, texts, labelled, options, ...part }, io);
  await writeClassification(
    await scoreTexts(run, engine, texts, labelled),
    labels,
    options.json ?? false,
    io,
  );
  return 0;
}

/** Writes accuracy, the scores of each label and the confusion matrix. */
export async function writeClassification(
  scores: ClassificationScores,
  labels: readonly string[],
  json: boolean,
  io: Io,
): Promise<void> {
  const { accuracy, macroF1, perLabel, confusion } = scores;
  const sentences = confusion.flat().reduce((sum, each) => sum + each, 0);
  if (json) {
    const result = { sentences, accuracy, macroF1, labels, perLabel, confusion };
    await io.writeLine(JSON.stringify(result));
  } else for (const line of table(scores, labels)) await io.writeLine(line);
}

interface CountedShard {
  readonly run: ClassifierRun;
  readonly engine: Engine;
  readonly texts: readonly LabelledText[];
  readonly labelled: string;
  readonly options: ClassifierTest;
  readonly shard: Shard;
  readonly folder: string;
}

/** Writes the confusion matrix of a shard. */
async function countShard(
  { run, engine, texts, labelled, options, shard, folder }: CountedShard,
  io: Io,
): Promise<number> {
  const { labels } = run;
  // Errors name the line in the whole file.
  for (const [i, { label }] of texts.entries()) labelNumber(label, labels, `${labelled}:${i + 1}`);
  const about = await partAbout({ command: "evaluate", runs: [run], options, without: ["labelled"] });
  const textOf = ({ label, text }: LabelledText): string => `${label}\t${text}`;
  const facts = { task: "classify", labels: JSON.stringify(labels) };
  const flow = await shardedFlow({ shard, folder, about, items: texts, textOf, facts }, io);
  if (!flow) return 0;
  try {
    const own: LabelledText[] = [];
    for await (const window of flow.windows) own.push(...window);
    const counts = own.length > 0 ? (await scoreTexts(run, engine, own, labelled)).confusion.flat() : [];
    flow.end({ confusion: counts });
  } finally {
    flow.close();
  }
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
