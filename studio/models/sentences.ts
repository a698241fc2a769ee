import { phrasebook } from "heed/phrasebook";
import { openRunOf } from "heed/runs";
import { textPerplexity } from "heed/tasks";
import type { BundledModel } from "./bundled-model.ts";

const [TRAIN, VALID] = ["sentences.train.txt", "sentences.valid.txt"];

/** The English sentences of the phrasebook, one a line. */
const corpus = () => phrasebook({ size: 30_000, valid: 500, test: 500 });
const textOf = (pairs: readonly { readonly source: string }[]): string =>
  pairs.map(({ source }) => `${source}\n`).join("");

/** A language model that writes sentences of the phrasebook, word by word. */
export const sentences: BundledModel = {
  name: "sentences",
  config: `
task: generate
seed: 1
data: { train: { text: ${TRAIN} }, valid: { text: ${VALID} }, context: 48 }
tokenizer: { kind: word, vocab: 1900, minFrequency: 2 }
model: { layers: 2, dModel: 48, heads: 4, feedForward: 96, dropout: 0, norm: pre }
training:
  batchTokens: 1536
  epochs: 4
  learningRate: 5.0e-3
  schedule: cosine
  warmup: 100
  average: 0
  keep: 1
`,
  files: () => {
    const { train, valid } = corpus();
    return { [TRAIN]: textOf(train), [VALID]: textOf(valid) };
  },
  measure: async (engine, folder) => {
    const lines = corpus().test.map(({ source }) => source);
    const { perplexity, tokens } = await textPerplexity(
      openRunOf(folder, "generate"),
      engine,
      lines,
      "test sentences",
    );
    return {
      corpus: "the English sentences of the phrasebook",
      test: lines.length,
      precision: "16 bits",
      perplexity,
      tokens,
    };
  },
};
