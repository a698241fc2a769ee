/**
 * "How do we specify what we want them to be? … You just load the data": the heads of cross-attention while they learn. How
 * often does the strongest weight of a head fall on a word that is really translated there?
 *
 *   npx tsx examples/lecture/33-roles.ts
 */
import { alignmentErrorRate } from "heed/evaluation";
import { linksOf, openCrossAttention } from "heed/inspect";
import { goldAlignment } from "heed/phrasebook";
import { openLesson, STEPS, test, tokenizers } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const sample = test.slice(0, 100);
const gold = sample.map(goldAlignment);
const lesson = await openLesson();
const { model, step } = lesson;
const cross = await openCrossAttention({ engine, model, state: step.state, ...tokenizers });

/** For each head, the share of its strongest links that are gold. */
async function precisions(): Promise<string[]> {
  const pairs = await cross.align(sample);
  return [0, 1].flatMap((layer) =>
    [0, 1, 2, 3].map((head) => {
      const links = pairs.map((pair) => linksOf(pair.heads[layer]?.[head] ?? []));
      return `${(100 * alignmentErrorRate(links, gold).precision).toFixed(0)} %`;
    }),
  );
}
const checkpoints = [0, 25, 50, 100, 200, 300].filter((n) => n <= STEPS);
const rows: string[][] = [];
let n = 0;
let loss = Number.NaN;
for (const checkpoint of checkpoints) {
  for (; n < checkpoint; n++) ({ loss } = await lesson.update());
  rows.push([`${n}`, n === 0 ? "" : loss.toFixed(2), ...(await precisions())]);
  console.error(`${n} of ${checkpoints.at(-1)} updates`);
}
cross.close();
lesson.close();
const names = [0, 1].flatMap((layer) => [0, 1, 2, 3].map((head) => `${layer}.${head}`));
table(["updates", "loss", ...names], rows);
expectation(
  "at first every head is at chance. With no word said about roles, all of them come to point at the words that\n" +
    "are translated, some more than others; with another seed, other ones. How many heads there are is ours to choose: 29-heads.ts.",
);
