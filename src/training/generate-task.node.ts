import { hashFiles, readLines } from "../data/files.node.ts";
import { heedError } from "../errors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { GenerateConfig } from "./config.ts";
import { encodeText, openLanguageTask } from "./language.ts";
import { learnTokenizer, readTokenizer, writeTokenizer } from "./run-tokenizers.node.ts";
import type { TaskData } from "./task.ts";

/** A plain text: a language model. */
export async function loadText(config: GenerateConfig): Promise<TaskData> {
  const [train, valid] = [config.data.train.text, config.data.valid.text];
  const lines = { train: await linesOf(train), valid: await linesOf(valid) };
  return {
    hash: await hashFiles([train]),
    prepare: (say, directory) => {
      const tokenizer = directory
        ? readTokenizer(directory)
        : learnTokenizer(lines.train, config.tokenizer, say);
      const encoded = {
        train: encodeLongEnough(lines.train, tokenizer, train),
        valid: encodeLongEnough(lines.valid, tokenizer, valid),
      };
      say(`${encoded.train.length} training tokens`);
      return {
        write: (to) => writeTokenizer(to, tokenizer),
        open: (engine, weights) =>
          openLanguageTask({ ...{ engine, config, tokenizer, ...encoded }, ...(weights ? { weights } : {}) }),
      };
    },
  };
}

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(path)) lines.push(line);
  return lines;
}

/** @throws ERR_DATA for a text of which nothing can be predicted. */
export function encodeLongEnough(lines: readonly string[], tokenizer: Tokenizer, where: string): Int32Array {
  const ids = encodeText(lines, tokenizer);
  if (ids.length >= 2) return ids;
  throw heedError("ERR_DATA", {
    where,
    cause: "there is no text",
    remedy: "give a text of at least one line",
  });
}
