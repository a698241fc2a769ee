import type { GenerateConfig } from "../../config/schema.ts";
import type { CorpusReader } from "../../data/corpus-reader.ts";
import { corpusSize } from "../corpus-size.ts";
import { learnTokenizer } from "../learn-tokenizers.ts";
import type { TaskData, Watch } from "../task.ts";
import { readTokenizer, tokenizerFiles } from "../tokenizers.ts";
import { encodeLongEnough } from "./text.ts";
import { openLanguageTask } from "./training.ts";

/** Loads a plain text, for a language model. */
export async function loadText(
  requested: GenerateConfig,
  reader: CorpusReader,
  watch?: Watch,
): Promise<TaskData<"generate">> {
  const [train, valid] = [requested.data.train.text, requested.data.valid.text];
  const read = (name: string): Promise<string[]> =>
    readAll(reader.lines(name, (done, total) => watch?.("reading", done, total)));
  const lines = { train: await read(train), valid: await read(valid) };
  return {
    hash: await reader.hash([train]),
    validHash: `${await reader.hash([valid])} in windows of ${requested.data.context}`,
    size: corpusSize("lines", lines.train, (line) => [line]),
    prepare: async (config, say, files, signal, watch) => {
      const onProgress = (done: number, total: number): void => watch?.("vocabulary", done, total);
      const tokenizer = files
        ? readTokenizer(files)
        : await learnTokenizer(lines.train, config.tokenizer, say, signal, onProgress);
      const encoded = {
        train: await encodeLongEnough(lines.train, tokenizer, train, signal),
        valid: await encodeLongEnough(lines.valid, tokenizer, valid, signal),
      };
      say(`${encoded.train.length} training tokens`);
      return {
        tokens: encoded.train.length,
        files: tokenizerFiles({ source: tokenizer, target: tokenizer }),
        open: (engine, weights, communicator) =>
          openLanguageTask({
            engine,
            config,
            tokenizer,
            ...encoded,
            ...(weights ? { weights } : {}),
            communicator,
          }),
      };
    },
  };
}

async function readAll(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
