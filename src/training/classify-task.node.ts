import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PairExample } from "../data/batches.ts";
import { hashFiles } from "../data/files.node.ts";
import { type LabelledText, readLabelled } from "../data/labelled.node.ts";
import { heedError } from "../errors.ts";
import { encodeLabelled, openClassificationTask } from "./classification.ts";
import type { ClassifyConfig } from "./config.ts";
import { writeAtomically } from "./run-directory.node.ts";
import { learnTokenizer, readTokenizer, writeTokenizer } from "./run-tokenizers.node.ts";
import type { TaskData } from "./task.ts";

/** Labelled texts: a classifier. */
export async function loadLabelled(config: ClassifyConfig): Promise<TaskData> {
  const { train: trainSpec, valid: validSpec, maxTokens } = config.data;
  const train = await textsOf(trainSpec.labelled);
  const valid = await textsOf(validSpec.labelled);
  const labels = [...new Set(train.map(({ label }) => label))].sort();
  if (labels.length < 2) {
    const cause = `every text has the label "${labels[0]}"`;
    const remedy = "a classifier needs at least two labels";
    throw heedError("ERR_DATA", { where: trainSpec.labelled, cause, remedy });
  }
  // A label that training cannot know is told before vocabularies are learnt.
  const numbered = (texts: readonly LabelledText[], where: string): { text: string; label: number }[] =>
    texts.map(({ label, text }, i) => ({ text, label: labelNumber(label, labels, `${where}:${i + 1}`) }));
  const known = {
    train: numbered(train, trainSpec.labelled),
    valid: numbered(valid, validSpec.labelled),
  };
  return {
    hash: await hashFiles([trainSpec.labelled]),
    prepare: (say, directory) => {
      const tokenizer = directory
        ? readTokenizer(directory)
        : learnTokenizer(
            train.map(({ text }) => text),
            config.tokenizer,
            say,
          );
      let cut = 0;
      const examples = (texts: typeof known.train): PairExample[] =>
        texts.map(({ text, label }) =>
          encodeLabelled(text, label, tokenizer, maxTokens, () => {
            cut += 1;
          }),
        );
      const encoded = { train: examples(known.train), valid: examples(known.valid) };
      const also = cut > 0 ? `; ${cut} texts are cut off after ${maxTokens} tokens` : "";
      say(`${train.length} training texts with ${labels.length} labels${also}`);
      return {
        write: (to) => {
          writeTokenizer(to, tokenizer);
          writeAtomically(join(to, LABELS), `${JSON.stringify(labels)}\n`);
        },
        open: (engine, weights) =>
          openClassificationTask({
            ...{ engine, config, tokenizer, labels, ...encoded },
            validTexts: known.valid.map(({ text }) => text),
            ...(weights ? { weights } : {}),
          }),
      };
    },
  };
}

const LABELS = "labels.json";

/** The labels of a run, in the order of the model's outputs. @throws ERR_MODEL when they cannot be read. */
export function readLabels(directory: string): string[] {
  const where = join(directory, LABELS);
  try {
    const labels: unknown = JSON.parse(readFileSync(where, "utf8"));
    if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  } catch (cause) {
    throw heedError("ERR_MODEL", { where, cause: "cannot be read as JSON" }, cause);
  }
  throw heedError("ERR_MODEL", { where, cause: "is not a list of labels" });
}

/** @throws ERR_DATA for a label that training has not seen. */
export function labelNumber(label: string, labels: readonly string[], where: string): number {
  const number = labels.indexOf(label);
  if (number >= 0) return number;
  const cause = `the label "${label}" does not occur in training`;
  throw heedError("ERR_DATA", { where, cause, remedy: `labels are ${labels.slice(0, 8).join(", ")}` });
}

/** @throws ERR_DATA when there are none */
export async function textsOf(path: string): Promise<LabelledText[]> {
  const texts: LabelledText[] = [];
  for await (const text of readLabelled(path)) texts.push(text);
  if (texts.length > 0) return texts;
  throw heedError("ERR_DATA", {
    where: path,
    cause: "there are no texts",
    remedy: "give label, tab, text lines",
  });
}
