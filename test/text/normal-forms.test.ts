/** Composed and decomposed letters are one text exactly where a vocabulary declares a normaliser that says so. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importedTokenizer } from "../../src/text/imported-tokenizer.ts";
import { trainTokenizer } from "../../src/text/train.ts";

const text = "Le café où l'élève naïf dîne, Ångström";
const [composed, decomposed] = [text.normalize("NFC"), text.normalize("NFD")];

describe("composed and decomposed letters", () => {
  test.each(["word", "char", "bpe"] as const)("are the same to a %s vocabulary learnt here", (kind) => {
    const tokenizer = trainTokenizer([composed], { kind, vocab: 300 });
    expect(tokenizer.encode(decomposed)).toEqual(tokenizer.encode(composed));
  });

  const imported = ["bart", "bert", "t5", "mistral", "llama"].map((name) => {
    const path = join(import.meta.dirname, "../golden/import", name, "tokenizer.json");
    const json = JSON.parse(readFileSync(path, "utf8")) as { readonly normalizer: unknown };
    const isDeclared = /"(NFC|NFKC|BertNormalizer|Precompiled)"/.test(JSON.stringify(json.normalizer));
    return { name, json, isDeclared };
  });

  test.each(imported)("to the vocabulary of $name: the same is $isDeclared", ({ json, isDeclared }) => {
    const ids = { size: 400, ...{ pad: 1, unk: 3, bos: 0, eos: 2 }, addsEnd: false, cleansUp: false };
    const tokenizer = importedTokenizer(json, ids);
    const [one, other] = [tokenizer.encode(composed), tokenizer.encode(decomposed)];
    if (isDeclared) expect(other).toEqual(one);
    else expect(other).not.toEqual(one);
  });

  test("both kinds of vocabularies are among these", () => {
    expect(new Set(imported.map(({ isDeclared }) => isDeclared)).size).toBe(2);
  });
});
