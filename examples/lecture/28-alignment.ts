/**
 * "The lighter the pixel, the more attention there is": cross-attention as an alignment, beside the gold links of the
 * phrasebook. (The figure on the slide is Bahdanau et al. 2014, Fig. 3.)
 *
 *   npx tsx examples/lecture/28-alignment.ts
 */
import { alignmentErrorRate } from "heed/evaluation";
import { chooseByGold, describeReading, linksUnder, openCrossAttention, weightsOf } from "heed/inspect";
import { goldAlignment } from "heed/phrasebook";
import { LSTM, learn, test, tokenizers } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const shade = (weight: number): string =>
  [" ", "░", "▒", "▓", "█"][Math.min(4, Math.floor(5 * weight))]?.repeat(2) ?? "";
const half = Math.floor(test.length / 2);
const shown = { source: "We see the green car.", target: "Nous voyons la voiture verte." };
const gold = ["0-0", "1-1", "2-2", "3-4", "4-3"]; // green stands before car, verte after voiture

const scores: (string | number)[][] = [];
for (const [name, learnt] of Object.entries({
  Transformer: await learn(),
  "LSTM, additive": await learn(...LSTM),
})) {
  const read = async (row: "input" | "output") => {
    const cross = await openCrossAttention({ engine, ...learnt, ...tokenizers, row });
    const pairs = await cross.align([...test, shown]);
    cross.close();
    return pairs;
  };
  const all = { input: await read("input"), output: await read("output") };
  const some = { input: all.input.slice(0, half), output: all.output.slice(0, half) };
  const { reading } = chooseByGold(some, test.slice(0, half).map(goldAlignment)); // on one half of the sentences
  const predicted = all[reading.row].slice(half, -1).map((pair) => linksUnder(pair, reading));
  const { aer, precision, recall } = alignmentErrorRate(predicted, test.slice(half).map(goldAlignment));
  scores.push([name, describeReading(reading), aer, precision, recall]); // on the other half

  const pair = all[reading.row].at(-1);
  if (!pair) continue;
  console.log(`${name}: ${pair.sourceWords.join(" ")}`);
  weightsOf(pair, reading).forEach((row, t) => {
    const links = pair.sourceWords.map((_, s) => (gold.includes(`${s}-${t}`) ? "██" : "··"));
    console.log(
      `  ${(pair.targetWords[t] ?? "").padEnd(14)}│${row.map(shade).join("")}│   gold │${links.join("")}│`,
    );
  });
  console.log();
}
table(["", "read from", "AER", "precision", "recall"], scores);
expectation(
  "the two grids resemble each other, with the crossing of noun and adjective off the diagonal. 0 would be a\n" +
    "perfect AER. Nobody showed the model a single link: alignment is what it needed to translate.",
);
