/**
 * "Every word could have its own ID … an emoji would have its own ID": text, tokens, IDs, and the vector that is looked up by
 * ID.
 *
 *   npx tsx examples/lecture/37-ids.ts
 */
import { build, trainTokenizer } from "heed";
import { Embedding, initialise } from "heed/nn";
import { constant } from "heed/ops";
import { read } from "./numbers.ts";
import { expectation, table, vector } from "./table.ts";

const corpus = ["The cat drank the milk 😺", "The milk is cold 🥛", "The cat is cold 😺"];
const text = "The cat is cold 🥛 today";

const tokenizer = trainTokenizer(corpus, { kind: "word", vocab: 100 });
const ids = tokenizer.encode(text);
const { call, parameters } = build(Embedding(tokenizer.size, 4));
const weights = initialise(parameters, 1); // random: training gives them a meaning
const { vectors } = await read({ vectors: call.lookup(constant("int32", [ids.length], ids)) }, { weights });

console.log(`${tokenizer.size} words known · "${text}"\n`);
table(
  ["token", "id", "embedding, 4 numbers"],
  ids.map((id, i) => [tokenizer.token(id), `${id}`, vector(vectors[i])]),
);

const pieces = trainTokenizer(corpus, { kind: "bpe", vocab: 300 });
const spelt = pieces.encode("cold 🥛 🐄 today").map((id) => pieces.token(id));
console.log(`\nin pieces: ${spelt.join(" ")}`);
expectation(
  'the emoji has an ID like any word. "today" is not in the dictionary and becomes <unk>. Pieces know no\n' +
    "unknown words: they spell them with letters, and a cow that nobody has seen with its four bytes.",
);
