/**
 * "These were gathered one at a time … the decoder is not producing those vectors … one query at a time": three facts about
 * attention over a recurrent encoder, each measured on a model with random weights.
 *
 *   npx tsx examples/lecture/06-read-only.ts
 */
import { build } from "heed";
import { openInspector } from "heed/inspect";
import { RecurrentSeq2Seq } from "heed/models";
import { initialise } from "heed/nn";
import { trainTokenizer } from "heed/text";
import { engine, gap, headOf } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const sources = { milk: "the cat drank milk", water: "the cat drank water" };
const targets = { cat: "le chat a bu du lait", cow: "la vache dort" };
const tokenizer = trainTokenizer([...Object.values(sources), ...Object.values(targets)], {
  kind: "word",
  vocab: 100,
});
const tokenizers = { source: tokenizer, target: tokenizer };
const vocabularies = {
  sourceVocabulary: tokenizer.size,
  targetVocabulary: tokenizer.size,
  tie: "all",
} as const;
const model = RecurrentSeq2Seq({
  ...vocabularies,
  ...{ cell: "lstm", layers: 1, embedding: 16, hidden: 32, bidirectional: false, attention: "additive" },
});
const weights = initialise(build(model).parameters, 1);
const look = await openInspector({ engine, weights, of: { task: "translate", model, tokenizers } });
const read = (source: string, target: string) =>
  look.run({ source, target }, { taps: ["encoder.outputs", "decoder.cross.weights"] });

const [milk, water, other] = [
  await read(sources.milk, targets.cat),
  await read(sources.water, targets.cat),
  await read(sources.milk, targets.cow),
];
const states = (of: typeof milk): number[][] => headOf(of.taps.get("encoder.outputs"));
const distances = states(milk).map((row, i) => gap([row], [states(water)[i] ?? []]));
table(
  ["encoder vector of", "changes when milk becomes water"],
  ["the", "cat", "drank", "milk, water"].map((word, i) => [word, distances[i] ?? 0]),
);
console.log(`\nencoder vectors with another translation: difference ${gap(states(milk), states(other))}\n`);
const queries = headOf(milk.taps.get("decoder.cross.weights"));
table(
  ["step", "queries", "weights"],
  queries.map((row, i) => [`${i + 1}`, 1, row.length]),
);
look.close();
expectation(
  "the vectors before the change are the same to the bit: each was finished before the next word was read.\n" +
    "The decoder leaves them alone, whatever it writes. It asks one query a step: as many weights as source tokens.",
);
