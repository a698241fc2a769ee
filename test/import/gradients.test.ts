/** Gradients of imported models are PyTorch's: test/golden/import/make_tuning.py. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { classifierModel } from "../../src/config/classifier-model.ts";
import { languageModel } from "../../src/config/language-model.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { makeBatch } from "../../src/data/batches.ts";
import { readModelFolder } from "../../src/formats/huggingface/import/folder.node.ts";
import {
  classificationObjective,
  languageModelObjective,
  translationObjective,
} from "../../src/models/objective.ts";
import { readModelRun } from "../../src/runs/model-folder.ts";
import type { OpenedRun } from "../../src/runs/open-run.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { textFeeds } from "../../src/tasks/classify/texts.ts";
import { windowFeeds } from "../../src/tasks/generate/text.ts";
import { pairFeeds } from "../../src/tasks/translate/pairs.ts";
import { openTrainingStep, type TrainingStepOptions } from "../../src/training/step.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { folderOf } from "./imported.ts";

const golden: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL("../golden/import/tuning.json", import.meta.url), "utf8"),
);
interface Golden {
  readonly source?: readonly number[][];
  readonly target?: readonly number[][];
  readonly text?: readonly number[];
  readonly texts?: readonly number[][];
  readonly labels?: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Encoded>>;
}

const engine = openNativeEngine();
const still = { dropout: 0, attentionDropout: 0 };
/** What the import writes for a token that is never written. */
const BANNED = -1000;

/** The model without dropout, its loss, and the batch of the golden file. */
function learning(run: OpenedRun, { source, target, text, texts, labels }: Golden) {
  const numbers = (ids: readonly number[] = []) => Int32Array.from(ids);
  if (run.task === "translate") {
    const examples = (source ?? []).map((ids, i) => ({ source: numbers(ids), target: numbers(target?.[i]) }));
    return {
      model: translationModel({ ...run.config.model, ...still }, run.tokenizers),
      objective: (model: never) => translationObjective(model, 0),
      feeds: pairFeeds(makeBatch(examples, [...examples.keys()], run.tokenizers.target.special)),
    };
  }
  if (run.task === "generate") {
    const ids = text ?? [];
    const window = { size: 1, length: ids.length - 1 };
    return {
      model: languageModel({ ...run.config, model: { ...run.config.model, ...still } }, run.tokenizer.size),
      objective: (model: never) => languageModelObjective(model, 0),
      feeds: windowFeeds({ ...window, tokens: numbers(ids.slice(0, -1)), labels: numbers(ids.slice(1)) }),
    };
  }
  const examples = (texts ?? []).map((ids, i) => ({
    source: numbers(ids),
    target: numbers([labels?.[i] as number]),
  }));
  const config = { ...run.config, model: { ...run.config.model, ...still } };
  return {
    model: classifierModel(config, { vocabulary: run.tokenizer.size, labels: run.labels.length }),
    objective: (model: never) => classificationObjective(model, 0),
    feeds: textFeeds(makeBatch(examples, [...examples.keys()], run.tokenizer.special)),
  };
}

test.each(Object.keys(golden))("%s: loss and gradients are PyTorch's", async (name) => {
  const expected = golden[name] as Golden;
  const folder = readModelFolder(folderOf(name));
  const { run } = readModelRun(folder);
  const tensors = new Map(Object.entries(expected.gradients).map(([key, each]) => [key, decodeFloats(each)]));
  // Renamed, permuted and transposed as the weights were.
  const gradients = readModelRun({ ...folder, tensors }).run.weights;
  const { model, objective, feeds } = learning(run, expected);
  const step = await openTrainingStep({
    engine,
    model,
    objective,
    optimiser: { optimizer: "sgd", momentum: 0, weightDecay: 0, beta1: 0, beta2: 0, epsilon: 1 },
    clip: 0,
    seed: 1,
    weights: run.weights,
  } as unknown as TrainingStepOptions<never>);
  const { loss } = await step.run(1, 1, [feeds]);
  expect(loss).toBeCloseTo(expected.loss, 5);
  for (const [path, { data }] of run.weights) {
    const theirs = gradients.get(path)?.data as Float32Array;
    const after = (await step.state.read(path)).data as Float32Array;
    const ours = theirs.map((value, i) =>
      value === BANNED ? value : (data[i] as number) - (after[i] as number),
    );
    expect(relativeError(ours, theirs, 0.01), path).toBeLessThan(1e-4);
  }
  step.close();
});
