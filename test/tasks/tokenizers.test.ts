import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { trainTokenizers } from "../../src/tasks/learn-tokenizers.ts";
import { readTokenizers, tokenizerFiles } from "../../src/tasks/tokenizers.ts";

const pairs = [
  { source: "abbey", target: "AE1 B IY0" },
  { source: "bay", target: "B EY1" },
];

async function learn(tokenizer: string) {
  const text = `data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }\nmodel: {}\ntokenizer: ${tokenizer}`;
  const config = parseConfig(text, "test.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  const said: string[] = [];
  return { said, ...(await trainTokenizers(config, pairs, (message) => said.push(message))) };
}

test("one vocabulary for both sides, or one for each", async () => {
  const one = await learn("{ kind: word, vocab: 50 }");
  expect(one.source).toBe(one.target);
  const each = await learn("{ kind: word, vocab: 50, shared: false }");
  expect([each.source.size, each.target.size]).toEqual([4 + 2, 4 + 4]);
});

test("a vocabulary of subwords that the training data cannot fill is said, with what to set", async () => {
  const { source, said } = await learn("{ kind: bpe, vocab: 8000 }");
  expect(source.size).toBeLessThan(300);
  expect(said.slice(1)).toEqual([
    `warning: tokenizer.vocab asks for 8000 entries, but the training data yields only ${source.size}, with every word whole: set tokenizer.vocab to about 300`,
  ]);
  const apart = await learn("{ kind: bpe, vocab: 262, target: { kind: bpe, vocab: 900 } }");
  expect(apart.said.slice(1)).toEqual([
    expect.stringMatching(/^warning: tokenizer\.target\.vocab asks for 900 /),
  ]);
  expect((await learn("{ kind: word, vocab: 8000 }")).said).toHaveLength(1);
});

test("a target of another sort: letters on one side, phonemes on the other", async () => {
  const { source, target, said } = await learn(
    "{ kind: char, vocab: 300, target: { kind: word, vocab: 100 } }",
  );
  expect(source.encode("abbey")).toHaveLength(1 + 5 + 1);
  expect(target.encode("AE1 B IY0")).toHaveLength(3 + 1);
  expect(target.decode(target.encode("B IY0"))).toBe("B IY0");
  expect(said.join()).toMatch(/^vocabulary of 265 \+ 8 char \+ word entries in/);

  const files = tokenizerFiles({ source, target });
  expect(Object.keys(files).sort()).toEqual(["tokenizer.source.json", "tokenizer.target.json"]);
  const again = readTokenizers({
    where: "run",
    has: (name) => Object.hasOwn(files, name),
    json: (name) => JSON.parse(JSON.stringify(files[name])),
  });
  expect([again.source.toJSON(), again.target.toJSON()]).toEqual([source.toJSON(), target.toJSON()]);
});
