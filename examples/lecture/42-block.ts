/**
 * "Just add a layer of that kind … boom": a Transformer block written out, stacked three times, and run on four words.
 *
 *   npx tsx examples/lecture/42-block.ts
 */
import { build, layer, type Value } from "heed";
import { FeedForward, initialise, LayerNorm, MultiHeadAttention, repeat } from "heed/nn";
import { add, constant, zeros } from "heed/ops";
import { read } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const DIM = 32;
const everyone = zeros("float32", [1]); // no word is hidden

const Block = () =>
  layer(
    {
      attention: MultiHeadAttention({ dModel: DIM, heads: 4 }),
      norm1: LayerNorm(DIM),
      feedForward: FeedForward(DIM, 4 * DIM),
      norm2: LayerNorm(DIM),
    },
    ({ attention, norm1, feedForward, norm2 }) =>
      (words: Value): Value => {
        const x = norm1(add(words, attention.attend(words, attention.remember(words), everyone)));
        return norm2(add(x, feedForward(x)));
      },
  );
const Encoder = layer(
  { blocks: repeat(3, Block) },
  ({ blocks }) =>
    (words: Value) =>
      blocks.reduce((x, block) => block(x), words),
);

const { call, parameters, taps } = build(Encoder);
const words = constant(
  "float32",
  [1, 4, DIM],
  Array.from({ length: 4 * DIM }, (_, i) => Math.sin(i * i)),
);
const { states } = await read({ states: call(words) }, { weights: initialise(parameters, 1) });

const sizes = [...parameters].map(([path, { spec }]) => ({ path, size: spec.shape.reduce((a, b) => a * b) }));
const total = (prefix: string): number =>
  sizes.filter(({ path }) => path.startsWith(prefix)).reduce((sum, { size }) => sum + size, 0);
table(
  ["part", "weights"],
  [
    ["blocks.0.attention", total("blocks.0.attention")],
    ["blocks.0.feedForward", total("blocks.0.feedForward")],
    ["blocks.0.norm1 and norm2", total("blocks.0.norm")],
    ["three blocks", total("")],
  ],
);
console.log(
  `\n4 words of ${DIM} numbers in, ${states.length} words of ${states[0]?.length} out; ${taps.size} taps to look at`,
);
expectation(
  "a block takes n vectors of 32 and gives n vectors of 32, so any number of them stack. Attention has 4 d² + 4 d\n" +
    "weights, the feed-forward layer 8 d² + 5 d, each norm 2 d. A whole translator in 60 lines: examples/translator.ts.",
);
