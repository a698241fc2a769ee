import type { GenerateConfig } from "../../config/schema.ts";
import type { CorpusReader } from "../../data/corpus-reader.ts";
import { learnTokenizer } from "../learn-tokenizers.ts";
import type { TaskData } from "../task.ts";
import { readTokenizer, tokenizerFiles } from "../tokenizers.ts";
import { encodeLongEnough } from "./text.ts";
import { openLanguageTask } from "./training.ts";

/** A plain text: a language model. */
export async function loadText(config: GenerateConfig, reader: CorpusReader): Promise<TaskData> {
  const [train, valid] = [config.data.train.text, config.data.valid.text];
  const lines = { train: await all(reader.lines(train)), valid: await all(reader.lines(valid)) };
  return {
    hash: await reader.hash([train]),
    validHash: `${await reader.hash([valid])} in windows of ${config.data.context}`,
    prepare: async (say, files, signal) => {
      const tokenizer = files
        ? readTokenizer(files)
        : await learnTokenizer(lines.train, config.tokenizer, say, signal);
      const encoded = {
        train: await encodeLongEnough(lines.train, tokenizer, train, signal),
        valid: await encodeLongEnough(lines.valid, tokenizer, valid, signal),
      };
      say(`${encoded.train.length} training tokens`);
      return {
        files: tokenizerFiles({ source: tokenizer, target: tokenizer }),
        open: (engine, weights) =>
          openLanguageTask({ ...{ engine, config, tokenizer, ...encoded }, ...(weights ? { weights } : {}) }),
      };
    },
  };
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const line of lines) read.push(line);
  return read;
}
