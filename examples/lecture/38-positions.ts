/**
 * "If I ended up, for the fourth token, with the same positional embedding as the first one … that should not be happening":
 * sines and cosines are unique for every position. "the" stands first and fourth; then both get position 1.
 *
 *   npx tsx examples/lecture/38-positions.ts
 */
import { build } from "heed";
import { attention, SinusoidalPositions } from "heed/nn";
import { add, constant } from "heed/ops";
import { gap, matrix, read } from "./numbers.ts";
import { expectation, fixed, table, vector } from "./table.ts";

const [DIM, MOST] = [8, 512];
const words = ["the", "cat", "drank", "the", "milk"];
const vectors: Record<string, number[]> = {
  the: [1, 0, 0, 0, 0, 0, 0, 0],
  cat: [0, 1, 0, 0, 1, 0, 0, 0],
  drank: [0, 0, 1, 0, 0, 1, 0, 0],
  milk: [0, 1, 0, 1, 0, 0, 0, 0],
};
const embedded = matrix(words.map((word) => vectors[word] ?? []));
const waves = build(SinusoidalPositions(MOST, DIM)).call;
const at = (places: number[]) => waves(constant("int32", [places.length], places));

const first = await read({ positions: at([0, 1, 2, 3, 4]), x: add(embedded, at([0, 1, 2, 3, 4])) });
table(
  ["position", "sine, cosine, sine, …"],
  first.positions.map((row, i) => [`${i + 1}`, vector(row)]),
);
console.log();
table(
  ["word", "x = embedding + position"],
  words.map((word, i) => [`${word}, ${i + 1}`, vector(first.x[i])]),
);

const { all } = await read({ all: at([...Array(MOST).keys()]) });
let closest = Number.POSITIVE_INFINITY;
for (const [i, a] of all.entries())
  for (const b of all.slice(i + 1))
    closest = Math.min(closest, Math.hypot(...a.map((n, d) => n - (b[d] ?? 0))));
console.log(`\nthe two closest of ${MOST} positions are ${fixed(closest)} apart\n`);

const rows: string[][] = [];
for (const places of [
  [0, 1, 2, 3, 4],
  [0, 1, 2, 0, 4],
]) {
  const x = add(embedded, at(places));
  const { z } = await read({ z: attention(x, x, x).context });
  rows.push([places.map((place) => place + 1).join(" "), fixed(gap([z[0] ?? []], [z[3] ?? []]))]);
}
table(["positions", 'difference of z for the two "the"'], rows);
expectation(
  'no two positions are equal. With one position for both, the first and the fourth "the" are the same\n' +
    "vector, and no attention can ever tell them apart: difference 0.",
);
