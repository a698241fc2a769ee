/**
 * "A convolution is shifting … does the self-attention shift? No, completely different mechanically": the same words in three
 * orders. A filter takes what stands beside a word; attention takes what fits it, wherever that stands.
 *
 *   npx tsx examples/lecture/31-content.ts
 */
import { attention } from "heed/nn";
import { matrix, read } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

//               asks for, key: [a drink, an animal]
const words = {
  the: { query: [0, 0], key: [0, 0] },
  cat: { query: [0, 0], key: [0, 3] },
  drank: { query: [3, 0], key: [0, 0] }, // what was drunk?
  milk: { query: [0, 0], key: [3, 0] },
  quickly: { query: [0, 0], key: [0, 0] },
};
type Word = keyof typeof words;
const FILTER = [0.1, 0.2, 0.7]; // weights of the word before, the word itself, the next word

const rows: string[][] = [];
for (const text of [
  "the cat drank milk quickly",
  "the cat drank quickly milk",
  "milk the cat drank quickly",
]) {
  const sentence = text.split(" ") as Word[];
  const queries = matrix(sentence.map((word) => words[word].query));
  const keys = matrix(sentence.map((word) => words[word].key));
  const { weights } = await read({ weights: attention(queries, keys, keys).weights });
  const asks = sentence.indexOf("drank");
  const toMilk = sentence.indexOf("milk");
  const offset = toMilk - asks;
  const byFilter = FILTER[offset + 1] ?? 0;
  rows.push([
    text,
    `${offset > 0 ? "+" : ""}${offset}`,
    fixed(byFilter),
    fixed(weights[asks]?.[toMilk] ?? 0),
  ]);
}
table(["sentence", "milk stands at", "filter: weight on milk", "attention: weight on milk"], rows);
expectation(
  "the filter's weight depends on the distance alone, and beyond its width it is 0. Attention's weight\n" +
    'depends on what "drank" asks and "milk" offers, and stays the same: content decides. (Trained heads that do follow\n' +
    "a distance learned it from the positions: 18-diagonal.ts.)",
);
