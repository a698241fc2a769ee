/**
 * "Everything was available to the decoder. Not everything was useful at the same time": how spread out attention is at each
 * step, as entropy, and how many words that is.
 *
 *   npx tsx examples/lecture/04-entropy.ts
 */
import { LSTM, learn, lookInto, test } from "./learn.ts";
import { headOf } from "./numbers.ts";
import { bar, expectation, fixed, table } from "./table.ts";

const look = await lookInto(await learn(...LSTM));
const entropy = (row: readonly number[]): number =>
  row.reduce((sum, a) => sum - (a > 0 ? a * Math.log(a) : 0), 0);
const weightsOf = async (pair: { source: string; target: string }) => {
  const { taps } = await look.run(pair, { taps: ["decoder.cross.weights"] });
  return taps.get("decoder.cross.weights");
};

const tap = await weightsOf({ source: "We see the green car.", target: "Nous voyons la voiture verte." });
const [, , queries, keys] = tap?.axes ?? [];
const rows = headOf(tap).map((row, i) => {
  const most = row.indexOf(Math.max(...row));
  const words = Math.exp(entropy(row));
  return [
    queries?.tokens?.writes?.[i] ?? "",
    keys?.tokens?.reads[most] ?? "",
    fixed(row[most] ?? 0),
    fixed(entropy(row)),
    fixed(words),
    bar(words / row.length, 20).padEnd(20),
  ];
});
table(
  ["it writes", "looks most at", "weight", "entropy, nats", "as if at n tokens", `of ${keys?.size}`],
  rows,
);

let [sum, most, steps] = [0, 0, 0];
for (const pair of test.slice(0, 100)) {
  for (const row of headOf(await weightsOf(pair))) {
    sum += entropy(row);
    most += Math.log(row.length);
    steps += 1;
  }
}
look.close();
console.log(
  `\n${steps} steps of 100 unseen sentences: ${fixed(sum / steps)} nats on average, at most ${fixed(most / steps)}`,
);
expectation(
  "all source tokens are there at each step, and the weights pick one to three of them: exp(entropy) is the\n" +
    "number of tokens that equal weights would have. It is lowest at content words, highest where several words decide.",
);
