/**
 * "Self-attention allows each position to attend to all positions in the same sequence. Everything just happens at once": a
 * recurrent layer, full and causal self-attention side by side. One word is changed; which outputs change?
 *
 *   npx tsx examples/lecture/07-who-sees-whom.ts
 */
import { build, type Layer, type Value } from "heed";
import { CausalLayer, EncoderLayer } from "heed/models";
import { causalBias, initialise, LstmCell, layer, run } from "heed/nn";
import { constant, transpose, zeros } from "heed/ops";
import { read } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const [WORDS, DIM] = [5, 16];
const config = { dModel: DIM, heads: 2, feedForward: 32 };
type Reader = Layer<(x: Value) => Value>;
const kinds: Record<string, Reader> = {
  recurrent: layer({ cell: LstmCell(DIM, DIM) }, ({ cell }) => (x) => {
    const { outputs } = run(cell, transpose(x, [1, 0, 2])); // time first: step by step
    return transpose(outputs, [1, 0, 2]);
  }),
  full: layer(
    { block: EncoderLayer(config) },
    ({ block }) =>
      (x) =>
        block(x, zeros("float32", [1])),
  ),
  causal: layer({ block: CausalLayer(config) }, ({ block }) => (x) => {
    return block(x, causalBias(x, WORDS, WORDS), undefined).x;
  }),
};
/** A sentence of five vectors; one of them may be changed. */
const sentence = (changed?: number): Value => {
  const numbers = Array.from({ length: WORDS * DIM }, (_, i) =>
    Math.sin(i * i + (Math.floor(i / DIM) === changed ? 1 : 0)),
  );
  return constant("float32", [1, WORDS, DIM], numbers);
};

const maps: string[][] = [];
for (const description of Object.values(kinds)) {
  const { call, parameters } = build(description);
  const weights = initialise(parameters, 1);
  const { plain } = await read({ plain: call(sentence()) }, { weights });
  const columns: boolean[][] = [];
  for (let j = 0; j < WORDS; j++) {
    const { changed } = await read({ changed: call(sentence(j)) }, { weights });
    columns.push(plain.map((row, i) => row.some((value, d) => value !== changed[i]?.[d])));
  }
  maps.push(plain.map((_, i) => columns.map((column) => (column[i] ? "●" : "·")).join(" ")));
}
table(
  ["output of", ...Object.keys(kinds)],
  [0, 1, 2, 3, 4].map((i) => [`word ${i + 1}`, ...maps.map((map) => map[i] ?? "")]),
);
console.log();
table(
  ["steps one after the other", ...Object.keys(kinds)],
  [
    ["for 5 words", 5, 1, 1],
    ["for 500 words", 500, 1, 1],
  ],
);
expectation(
  "a recurrent layer sees what came before, and what it sees of word 1 has passed through every step\n" +
    "since. Full attention sees everything directly; causal attention sees the past, as one who writes must.",
);
