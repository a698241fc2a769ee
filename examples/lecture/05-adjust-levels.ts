/**
 * "I just have a sequence of 'I am', I'm guessing the next word … this is not important, pay attention to this one": the levels
 * that the query after "Je suis" sets, and what is said next when we set them by hand.
 *
 *   npx tsx examples/lecture/05-adjust-levels.ts
 */
import type { Intervention } from "heed/inspect";
import { LSTM, learn, lookInto } from "./learn.ts";
import { headOf } from "./numbers.ts";
import { bar, expectation, fixed, table } from "./table.ts";

const WEIGHTS = "decoder.cross.weights";
const STEP = 2; // after "Je" and "suis"
const look = await lookInto(await learn(LSTM));
// The translation is given, so only the next word can change. To write on after a change, decoding must be watched.
const pair = { source: "I am really happy.", target: "Je suis vraiment heureux." };
const plain = await look.run(pair, { taps: [WEIGHTS] });
const tap = plain.taps.get(WEIGHTS);
const [levels = []] = [headOf(tap)[STEP]];
const tokens = tap?.axes[3]?.tokens?.reads ?? [];
console.log(`${pair.source}  "Je suis" … next: ${plain.said.likeliest[STEP]}\n`);
table(
  ["token", "level", ""],
  tokens.map((token, j) => [token, fixed(levels[j] ?? 0), bar(levels[j] ?? 0).padEnd(30)]),
);

const rows: string[][] = [];
for (const [column, token] of tokens.entries()) {
  const intervene: Intervention[] = [
    { at: WEIGHTS, row: STEP, to: 0 },
    { at: WEIGHTS, row: STEP, column, to: 1 },
  ];
  const { said } = await look.run(pair, { intervene });
  const chance = Math.exp(said.logProbabilities[STEP] ?? 0);
  rows.push([token, said.likeliest[STEP] ?? "", fixed(chance)]);
}
look.close();
console.log();
table(["all attention on", "says next", `chance of ${plain.said.expected[STEP]}`], rows);
expectation(
  "the levels are highest on what is still to be said. Forced to look elsewhere, the decoder says the word it\n" +
    "looks at, or loses the thread: the context is made anew at each step, from the query.",
);
