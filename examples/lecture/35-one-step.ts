/**
 * "Sentence in English, expected sentence in French. Pass it through. Calculate the error. Backpropagation. Adjusted weights":
 * one training step, watched, and then some more.
 *
 *   npx tsx examples/lecture/35-one-step.ts
 */
import { openInspector } from "heed/inspect";
import { openLesson, STEPS, tokenizers } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const pair = { source: "We see the green car.", target: "Nous voyons la voiture verte." };
const NAME = "encoder.0.attention.query.weight";
const { model, ...lesson } = await openLesson();
const of = { task: "translate", model, tokenizers } as const;
const look = await openInspector({ engine, of, state: lesson.step.state });

const first = async (): Promise<number> =>
  ((await lesson.weights()).get(NAME)?.data[0] as number) ?? Number.NaN;
const rows: string[][] = [];
let [n, gradientNorm, error] = [0, "", ""];
for (const checkpoint of [0, 1, 2, 10, 50, 150].filter((count) => count <= STEPS)) {
  for (; n < checkpoint; n++) {
    const result = await lesson.update();
    [gradientNorm, error] = [fixed(result.gradientNorm), fixed(result.loss)];
  }
  const { said } = await look.run(pair);
  const chances = Array.from(said.logProbabilities, Math.exp);
  const mean = -said.logProbabilities.reduce((a, b) => a + b, 0) / chances.length;
  rows.push([
    `${n}`,
    error,
    gradientNorm,
    (await first()).toFixed(5),
    fixed(mean),
    fixed(chances[0] ?? 0),
    said.likeliest.slice(0, 4).join(" "),
  ]);
}
look.close();
lesson.close();
console.log(`in: ${pair.source}   expected: ${pair.target}\n`);
table(
  ["updates", "error of the batch", "gradient norm", "W_Q[0,0]", "error here", "p(Nous)", "it would say"],
  rows,
);
expectation(
  `before the first update the error is near ln ${tokenizers.target.size} = ${fixed(Math.log(tokenizers.target.size))}, as a guess among all tokens. One update moves each\n` +
    "weight by very little; hundreds of them make a translator. (Errors in nats per token.)",
);
