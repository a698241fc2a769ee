/**
 * Claim: on sentence polarity, a small Transformer without pre-training does no better than counting words.
 *
 *   npx tsx bench/classification/baseline.ts --train train.tsv --test test.tsv
 *
 * Prints what naive Bayes reaches, to stand beside `heed evaluate RUN --labelled test.tsv`.
 */

import { parseArgs } from "node:util";
import { fileReader } from "../../src/data/corpus-reader.node.ts";
import { classificationScores, confusion } from "../../src/evaluation/classification.ts";
import { labelNumber } from "../../src/tasks/classify/labels.ts";
import { textsOf } from "../../src/tasks/classify/texts.ts";
import { naiveBayes } from "./naive-bayes.ts";

const { values } = parseArgs({ options: { train: { type: "string" }, test: { type: "string" } } });
if (!values.train || !values.test) throw new Error("give --train and --test, TSVs of label and text");

const train = await textsOf(values.train, fileReader);
const test = await textsOf(values.test, fileReader);
const labels = [...new Set(train.map(({ label }) => label))].sort();
const answer = naiveBayes(train);
const numbered = (label: string, i: number): number =>
  labelNumber(label, labels, `${values.test as string}:${i + 1}`);
const { accuracy, macroF1 } = classificationScores(
  confusion(
    test.map(({ label }, i) => numbered(label, i)),
    test.map(({ text }, i) => numbered(answer(text), i)),
    labels.length,
  ),
);
const percent = (share: number): string => (100 * share).toFixed(1);
console.log(
  `naive Bayes: accuracy ${percent(accuracy)} %   macro-F1 ${percent(macroF1)}   (${test.length} texts)`,
);
