import { translationModel } from "../../config/translation-model.ts";
import type { Seq2Seq } from "../../models/seq2seq.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { type Described, defineTask } from "../task.ts";
import { readTokenizers } from "../tokenizers.ts";

export interface DescribedTranslator extends Described<"translate", Seq2Seq> {
  readonly tokenizers: Tokenizers;
}

export const translate = defineTask<"translate", DescribedTranslator>({
  name: "translate",
  noun: "a translator",
  unit: "token",
  scores: [
    {
      key: "bleu",
      name: "BLEU",
      label: "Validation BLEU, greedy",
      show: (score) => score.toFixed(1),
      better: "more",
      decimals: 1,
      chart: { title: "BLEU on validation sentences", yLabel: "BLEU" },
    },
  ],
  longest: ({ model }) => model.maxLength,
  describe: (config, files) => {
    const tokenizers = readTokenizers(files);
    return { task: config.task, config, tokenizers, model: translationModel(config.model, tokenizers) };
  },
  load: async (config, reader, watch) => (await import("./load.ts")).loadPairs(config, reader, watch),
  tryIt: (run) => `echo "a sentence" | heed translate ${run}`,
});
