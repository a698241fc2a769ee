/** The Python `tokenizers` library reads the same files: see test/golden/tokenizers/write.py. */

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tokenizerFromJson } from "../../src/text/tokenizer-json.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { composedSentences } from "./sentences.ts";

const folder = "test/golden/tokenizers";
const kinds = ["bpe", "char", "word"] as const;
const sentences = [...composedSentences(120, 11), "a <s>bold</s> claim <0x41>", "</s>", ""];
const learn = (kind: (typeof kinds)[number]) =>
  trainTokenizer(sentences.slice(0, 60), { kind, vocab: 420, lowercase: kind === "char" });

if (process.env.HEED_WRITE_GOLDEN) {
  writeFileSync(`${folder}/sentences.json`, `${JSON.stringify(sentences)}\n`);
  for (const kind of kinds) writeFileSync(`${folder}/${kind}.json`, `${JSON.stringify(learn(kind))}\n`);
}

const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}.json`, "utf8"));
const golden = read("ids") as Record<(typeof kinds)[number], { ids: number[][]; texts: string[] }>;

for (const kind of kinds) {
  describe(kind, () => {
    test("the saved file gives the ids and texts of the Python library", () => {
      const tokenizer = tokenizerFromJson(read(kind), `${kind}.json`);
      const ids = (read("sentences") as string[]).map((sentence) => tokenizer.encode(sentence));
      expect(ids).toEqual(golden[kind].ids);
      expect(ids.map((row) => tokenizer.decode(row))).toEqual(golden[kind].texts);
    });
    test("training on the same sentences gives the saved file", () => {
      expect(JSON.parse(JSON.stringify(learn(kind)))).toEqual(read(kind));
    });
  });
}
