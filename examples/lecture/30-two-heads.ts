/**
 * "Do you see two different types of relationships in front of you right now?" Two heads of one layer over "not bad", in one
 * grid, each tested by switching it off.
 *
 *   npx tsx examples/lecture/30-two-heads.ts
 */
import { learn, lookInto, test } from "./learn.ts";
import { headOf } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const look = await lookInto(await learn());
const LAYER = "encoder.1.attention";
const total = (numbers: Float32Array): number => numbers.reduce((a, b) => a + b, 0);

/** Nats by which translations get less likely when a head of the layer says nothing. */
async function loss(pairs: readonly { source: string; target: string }[], head: number): Promise<number> {
  let fall = 0;
  for (const pair of pairs) {
    const { said, without } = await look.run(pair, { intervene: [{ at: `${LAYER}.heads`, head, to: 0 }] });
    fall += total(without?.said.logProbabilities ?? new Float32Array()) - total(said.logProbabilities);
  }
  return fall / pairs.length;
}
const pair = { source: "His novel is not bad.", target: "Son roman n'est pas mal." };
const rows: { head: number; here: number; all: number }[] = [];
for (let head = 0; head < 4; head++)
  rows.push({ head, here: await loss([pair], head), all: await loss(test.slice(0, 60), head) });
const [first, second] = [...rows].sort((a, b) => b.all - a.all).map(({ head }) => head) as [number, number];

const { taps } = await look.run(pair, { taps: [`${LAYER}.weights`] });
look.close();
const tap = taps.get(`${LAYER}.weights`);
const tokens = tap?.axes[3]?.tokens?.reads ?? [];
const [a, b] = [headOf(tap, first), headOf(tap, second)];
const mark = (x = 0, y = 0): string =>
  x > 0.25 && y > 0.25 ? "both" : x > 0.25 ? `${first}` : y > 0.25 ? `${second}` : "·";
console.log(`heads ${first} and ${second} of ${LAYER}: which gives more than a quarter of its attention`);
table(
  ["", ...tokens],
  tokens.map((token, i) => [token, ...tokens.map((_, j) => mark(a[i]?.[j], b[i]?.[j]))]),
);
console.log();
table(
  ["head switched off", "this sentence, nats lost", "60 unseen sentences, nats lost each"],
  rows.map(({ head, here, all }) => [`${head}`, fixed(here), fixed(all)]),
);
expectation(
  "the two most useful heads mark different cells: two relations at once, which one row of weights cannot\n" +
    "hold. Each has its own cost when it is switched off; a head that costs nothing is not needed.",
);
