/**
 * "I just have a sequence of 'I am', I'm guessing the next word … this is not important, pay attention to this one": the levels
 * that the query after "Je suis" sets, and what is said next when we set them by hand.
 *
 *   npx tsx examples/lecture/05-adjust-levels.ts
 */
import { type Intervention, openDecodingInspector } from "heed/inspect";
import { learn, lookInto, tokenizers } from "./learn.ts";
import { engine, headOf } from "./numbers.ts";
import { bar, expectation, fixed, table } from "./table.ts";

const STEP = 2; // after "Je" and "suis"
const learnt = await learn();
const look = await lookInto(learnt);
const { model, weights } = learnt;
const of = { task: "translate", model, tokenizers } as const;
const decoder = await openDecodingInspector({ engine, of, weights, maxLength: 128 });
const pair = { source: "I am really happy.", target: "Je suis vraiment heureux." };
const { taps, said } = await look.run(pair, { taps: ["decoder.*.cross.weights"] });
const maps = [...taps.values()]; // one for each layer, each of four heads
const rowsOfStep = maps.flatMap((tap) => [0, 1, 2, 3].map((head) => headOf(tap, head)[STEP] ?? []));
const tokens = maps[0]?.axes[3]?.tokens?.reads ?? [];
const levels = tokens.map(
  (_, j) => rowsOfStep.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rowsOfStep.length,
);

console.log(`${pair.source}  "Je suis" … next: ${said.likeliest[STEP]}\n`);
table(
  ["token", "level", ""],
  tokens.map((token, j) => [token, fixed(levels[j] ?? 0), bar(levels[j] ?? 0).padEnd(30)]),
);

const rows: string[][] = [];
for (const [column, token] of tokens.entries()) {
  const at = "decoder.*.cross.weights"; // of all heads in both layers
  const intervene: Intervention[] = [
    { at, row: STEP, to: 0 },
    { at, row: STEP, column, to: 1 },
  ];
  const forced = await look.run(pair, { intervene });
  const chance = Math.exp(forced.said.logProbabilities[STEP] ?? 0);
  const [goesOn] = (await decoder.run(pair.source, { prefix: "Je suis", intervene })).hypotheses;
  rows.push([token, forced.said.likeliest[STEP] ?? "", fixed(chance), goesOn?.text ?? ""]);
}
look.close();
decoder.close();
console.log();
table(["all attention on", "says next", `chance of ${said.expected[STEP]}`, "and goes on"], rows);
expectation(
  "the levels (means over heads and layers) are highest on what is to be said next. Forced to look at another\n" +
    "word, the decoder says that word instead and goes on from it: the context is made anew at each step.",
);
