/** A Transformer built from layers, trained to translate the phrasebook.        npx tsx examples/translator.ts */
import { layer, openEngine, openTranslator, type Seq2Seq, trainTokenizer, translationObjective } from "heed";
import { makeBatch, planEpoch } from "heed/data";
import { DecoderLayer, decodeThrough, EncoderLayer, remember, startCache, withPositions } from "heed/models";
import { Embedding, paddingBias, repeat, SinusoidalPositions } from "heed/nn";
import { phrasebook } from "heed/phrasebook";
import { readEntries } from "heed/runtime";
import { encodePair, pairFeeds } from "heed/tasks";
import { openTrainingStep } from "heed/training";

const { train, test } = phrasebook({ size: 12_000, test: 8 });
const text = train.flatMap(({ source, target }) => [source, target]);
const tokenizer = trainTokenizer(text, { kind: "bpe", vocab: 1500 });

const maxLength = 128;
const block = { dModel: 96, heads: 4, feedForward: 256, norm: "pre" } as const;
const parts = {
  embed: Embedding(tokenizer.size, block.dModel),
  positions: SinusoidalPositions(maxLength, block.dModel),
  encoder: repeat(2, () => EncoderLayer(block)),
  decoder: repeat(2, () => DecoderLayer(block)),
};
const transformer = layer(
  parts,
  ({ embed, positions, encoder, decoder }): Seq2Seq => ({
    encode: (source, mask) => {
      const words = withPositions(embed.lookup(source), positions);
      return { states: encoder.reduce((h, encoderLayer) => encoderLayer(h, paddingBias(mask)), words) };
    },
    remember: ({ states }, mask) => remember(decoder, states, mask),
    start: startCache,
    decode: (target, memory, state) =>
      decodeThrough(decoder, withPositions(embed.lookup(target), positions, state), memory, state),
    projection: embed.weight, // a word is predicted by its own vector
  }),
);

const engine = await openEngine("cpu");
const objective = (model: Seq2Seq) => translationObjective(model, 0.1); // label smoothing
const step = await openTrainingStep({ engine, model: transformer, objective, seed: 1 });
const languages = { source: tokenizer, target: tokenizer };
const examples = train.map((pair) => encodePair(pair, languages));
let count = 0;
for (let epoch = 0; epoch < Number(process.env.EPOCHS ?? 8); epoch++) {
  for (const batch of planEpoch(examples, { batchTokens: 1024, seed: 1, epoch })) {
    const feeds = pairFeeds(makeBatch(examples, batch, tokenizer.special));
    const rate = 4e-3 * Math.min(++count / 100, Math.sqrt(100 / count)); // warm up, then fall
    const { loss } = await step.run(count, rate, [feeds]);
    if (count % 20 === 0) console.log(`epoch ${epoch + 1}, step ${count}: loss ${loss.toFixed(2)}`);
  }
}

const weights = await readEntries(step.state, step.weights);
const translator = await openTranslator({ engine, model: transformer, weights, ...languages, maxLength });
for (const { source, hypotheses } of await translator.translate(test.map((pair) => pair.source))) {
  console.log(`${source}  →  ${hypotheses[0]?.text}`);
}
