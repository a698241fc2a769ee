import { classifierModel } from "../../config/classifier-model.ts";
import type { Classifier } from "../../models/classifier.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { type Described, defineTask } from "../task.ts";
import { readTokenizer } from "../tokenizers.ts";
import { readLabels } from "./labels.ts";

export interface DescribedClassifier extends Described<"classify", Classifier> {
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
}

const chart = { title: "Validation texts labelled correctly", yLabel: "share" } as const;

export const classify = defineTask<"classify", DescribedClassifier>({
  name: "classify",
  noun: "a classifier",
  unit: "text",
  scores: [
    {
      key: "accuracy",
      name: "accuracy",
      label: "Validation accuracy",
      show: (score) => `${(100 * score).toFixed(1)} %`,
      better: "more",
      decimals: 3,
      chart,
    },
    {
      key: "macroF1",
      name: "macro-F1",
      label: "Validation macro-F1",
      show: (score) => (100 * score).toFixed(1),
      better: "more",
      decimals: 3,
      chart,
    },
  ],
  longest: ({ data }) => data.maxTokens,
  describe: (config, files) => {
    const tokenizer = readTokenizer(files);
    const labels = readLabels(files);
    const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
    return { task: config.task, config, tokenizer, labels, model };
  },
  load: async (config, reader, watch) => (await import("./load.ts")).loadLabelled(config, reader, watch),
  tryIt: (run) => `echo "a text" | heed classify ${run}`,
});
