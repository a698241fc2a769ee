/**
 * "Not all languages will have the same sequence of words. There will be no one to one": sentences of the phrasebook whose
 * alignment is known, and how many of them have links that cross.
 *
 *   npx tsx examples/lecture/02-word-order.ts
 */
import { phrasebook } from "heed/phrasebook";
import { expectation, table } from "./table.ts";

const { train } = phrasebook({ size: 5000, valid: 0, test: 0 });

type Links = (typeof train)[number]["links"];
/** Pairs of links where the later source word has the earlier target word. */
const crossings = (links: Links): number =>
  links.flatMap(([s, t]) => links.filter(([s2, t2]) => s2 > s && t2 < t)).length;
const isOneToOne = (links: Links): boolean =>
  new Set(links.map(([s]) => s)).size === links.length &&
  new Set(links.map(([, t]) => t)).size === links.length;

for (const rule of ["agreement", "object pronouns", "time ago", "on Monday"]) {
  const pair = train.find((one) => one.rule === rule && (rule === "agreement" || crossings(one.links) > 0));
  if (!pair) continue;
  const [source, target] = [pair.source.split(" "), pair.target.split(" ")];
  console.log(`${pair.source}  →  ${pair.target}`);
  for (const [i, word] of source.entries()) {
    const places = pair.links.filter(([s]) => s === i).map(([, t]) => t);
    const row = target.map((_, t) => (places.includes(t) ? "■" : "·")).join(" ");
    console.log(`  ${word.padEnd(12)}${row}   ${places.map((t) => target[t]).join(" ")}`);
  }
  console.log();
}
const share = (test: (links: Links) => boolean): string =>
  `${((100 * train.filter(({ links }) => test(links)).length) / train.length).toFixed(1)} %`;
table(
  [`of ${train.length.toLocaleString("en")} sentences`, ""],
  [
    ["every word has one partner", share(isOneToOne)],
    ["and in the same order", share((links) => isOneToOne(links) && crossings(links) === 0)],
    ["some links cross", share((links) => crossings(links) > 0)],
  ],
);
expectation(
  "only a minority can be translated word by word in order. A crossing leaves the diagonal of the grid:\n" +
    "an adjective after its noun, a pronoun before its verb. Attention has to find these; nothing tells it.",
);
