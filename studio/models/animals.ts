import { phrasebook } from "heed/phrasebook";
import { openRunOf } from "heed/runs";
import { scoreTexts } from "heed/tasks";
import type { BundledModel } from "./bundled-model.ts";

const [TRAIN, VALID] = ["animals.train.tsv", "animals.valid.tsv"];

interface Labelled {
  readonly label: string;
  readonly text: string;
}

const isAnimal = (text: string): boolean =>
  /\b(dog|cat|bird|horse|cow|goat|hen|rabbit|mouse|mice|fish)(e?s)?\b/i.test(text);

/** Sentences of the phrasebook: as many without an animal as with one, or "no animal" would nearly always be right. */
function balanced(pairs: readonly { readonly source: string }[]): Labelled[] {
  const [animals, others] = [true, false].map((wanted) =>
    pairs.filter(({ source }) => isAnimal(source) === wanted),
  ) as [typeof pairs, typeof pairs];
  return animals.flatMap(({ source }, i) => [
    { label: "animal", text: source },
    { label: "no animal", text: (others[i % others.length] as (typeof pairs)[number]).source },
  ]);
}

const corpus = () => phrasebook({ size: 30_000, valid: 1000, test: 3000 });
const tsv = (labelled: readonly Labelled[]): string =>
  labelled.map(({ label, text }) => `${label}\t${text}\n`).join("");

/** The lecture's "dog or not" with words: whether a sentence speaks of an animal. */
export const animals: BundledModel = {
  name: "animals",
  config: `
task: classify
seed: 1
data: { train: { labelled: ${TRAIN} }, valid: { labelled: ${VALID} }, maxTokens: 48 }
tokenizer: { kind: word, vocab: 2000, minFrequency: 2 }
model: { layers: 1, dModel: 32, heads: 4, feedForward: 64, dropout: 0.1, norm: pre }
training: { batchTokens: 1024, epochs: 12, learningRate: 3.0e-3, schedule: cosine, warmup: 50, average: 0, keep: 1 }
`,
  files: () => {
    const { train, valid } = corpus();
    return { [TRAIN]: tsv(balanced(train)), [VALID]: tsv(balanced(valid)) };
  },
  measure: async (engine, folder) => {
    const texts = balanced(corpus().test);
    const { accuracy } = await scoreTexts(openRunOf(folder, "classify"), engine, texts, "test sentences");
    return { corpus: "sentences of the phrasebook", test: texts.length, precision: "16 bits", accuracy };
  },
};
