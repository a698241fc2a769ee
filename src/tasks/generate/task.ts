import { languageModel } from "../../config/language-model.ts";
import type { Decoder } from "../../models/seq2seq.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { type Described, defineTask } from "../task.ts";
import { readTokenizer } from "../tokenizers.ts";

export interface DescribedLanguageModel extends Described<"generate", Decoder> {
  readonly tokenizer: Tokenizer;
}

export const generate = defineTask<"generate", DescribedLanguageModel>({
  name: "generate",
  noun: "a language model",
  unit: "token",
  scores: [
    {
      key: "perplexity",
      name: "perplexity",
      label: "Validation perplexity",
      show: (score) => score.toPrecision(4),
      better: "less",
      decimals: 2,
      chart: { title: "Perplexity of the validation text", yLabel: "perplexity" },
    },
  ],
  longest: ({ data }) => data.context,
  describe: (config, files) => {
    const tokenizer = readTokenizer(files);
    return { task: config.task, config, tokenizer, model: languageModel(config, tokenizer.size) };
  },
  load: async (config, reader, watch) => (await import("./load.ts")).loadText(config, reader, watch),
  tryIt: (run) => `heed generate ${run} --prompt "Once"`,
});
