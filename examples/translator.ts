/** A Transformer from its layers, trained on the phrasebook until it translates.        npx tsx examples/translator.ts */
import { layer, openEngine, openTranslator, trainTokenizer } from "heed";
import { makeBatch, phrasebook, planEpoch } from "heed/data";
import type { Seq2Seq } from "heed/models";
import { DecoderLayer, decodeThrough, EncoderLayer, lengthOf, rememberSource, withPositions } from "heed/models";
import { Embedding, paddingBias, repeat, SinusoidalPositions } from "heed/nn";
import { readEntries } from "heed/runtime";
import { encodePair, openTrainingStep, pairFeeds, translationObjective } from "heed/training";

const { train, test } = phrasebook({ size: 12_000, test: 5 });
const tokenizer = trainTokenizer(
  train.flatMap(({ source, target }) => [source, target]),
  { kind: "bpe", vocab: 1500 },
);

const size = { dModel: 64, heads: 4, feedForward: 256, dropout: 0, activation: "relu", norm: "pre" } as const;
const transformer = layer(
  {
    embed: Embedding(tokenizer.size, size.dModel),
    positions: SinusoidalPositions(128, size.dModel),
    encoder: repeat(2, () => EncoderLayer(size)),
    decoder: repeat(2, () => DecoderLayer(size)),
  },
  ({ embed, positions, encoder, decoder }): Seq2Seq => ({
    encode: (source, mask) => {
      const states = withPositions(embed.lookup(source), positions);
      return encoder.reduce((x, block) => block(x, paddingBias(mask)), states);
    },
    remember: (states, mask) => rememberSource(decoder, states, mask),
    decode: (target, memory, past) => {
      const x = withPositions(embed.lookup(target), positions, lengthOf(past));
      return decodeThrough(decoder, x, memory, past);
    },
    projection: embed.weight, // a word is predicted by its own vector
  }),
);

const engine = await openEngine("cpu");
const step = await openTrainingStep({
  engine,
  model: transformer,
  objective: (model) => translationObjective(model, 0.1),
  optimiser: { optimizer: "adamw", weightDecay: 0, beta1: 0.9, beta2: 0.98, epsilon: 1e-9, momentum: 0 },
  clip: 1,
  seed: 1,
});
const examples = train.map((pair) => encodePair(pair, { source: tokenizer, target: tokenizer }));
let count = 0;
for (let epoch = 0; epoch < Number(process.env.EPOCHS ?? 5); epoch++) {
  for (const batch of planEpoch(examples, { batchTokens: 2048, seed: 1, epoch })) {
    const feeds = pairFeeds(makeBatch(examples, batch, tokenizer.special));
    const { loss } = await step.run(++count, 3e-3 * Math.min(count / 100, (100 / count) ** 0.5), [feeds]);
    if (count % 25 === 0) console.log(`step ${count}: loss ${loss.toFixed(2)}`);
  }
}

const weights = await readEntries(step.state, step.weights);
const languages = { source: tokenizer, target: tokenizer };
const translator = await openTranslator({ engine, model: transformer, weights, ...languages, maxLength: 128 });
for (const { source, hypotheses } of await translator.translate(test.map((pair) => pair.source))) {
  console.log(`${source}  →  ${hypotheses[0]?.text}`);
}
