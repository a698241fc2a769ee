/**
 * Claim: without attention, quality falls with the length of the sentence ("one static summary, all the baggage").
 *
 *   npx heed evaluate runs/NAME --source test.de --reference test.en --beam 1 --output NAME.txt      # for each model
 *   npx tsx bench/ladder/by-length.ts --source test.de --reference test.en --out docs/quality-by-length.svg \
 *     "LSTM=lstm.txt" "LSTM, attention=attention.txt" "Transformer=transformer.txt"
 *
 * BLEU of translations whose source has so many words, as a table and a picture.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { curvesSvg } from "../../src/pictures/curves-svg.ts";

const { values, positionals } = parseArgs({
  options: {
    source: { type: "string", default: "" },
    reference: { type: "string", default: "" },
    out: { type: "string", default: "by-length.svg" },
    edges: { type: "string", default: "1,8,11,14,17,21" },
  },
  allowPositionals: true,
});
const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");
const lengths = linesOf(values.source).map((line) => line.split(/\s+/).length);
const references = linesOf(values.reference);
const edges = values.edges.split(",").map(Number);
const groups = edges.map((from, i) => {
  const to = edges[i + 1] ?? Infinity;
  const members = lengths.flatMap((length, at) => (length >= from && length < to ? [at] : []));
  const mean = members.reduce((sum, at) => sum + (lengths[at] ?? 0), 0) / members.length;
  return { name: to === Infinity ? `${from} and more` : `${from} to ${to - 1}`, members, mean };
});

console.log(`| BLEU by words of the source | ${groups.map(({ name }) => name).join(" | ")} |`);
console.log(`|---|${groups.map(() => "---").join("|")}|`);
console.log(`| sentences | ${groups.map(({ members }) => members.length).join(" | ")} |`);
const curves = positionals.map((given) => {
  const [name = "", file = ""] = given.split("=");
  const hypotheses = linesOf(file);
  const points = groups.map(({ members, mean }): [number, number] => {
    const some = (all: readonly string[]): string[] => members.map((at) => all[at] ?? "");
    return [mean, corpusBleu(some(hypotheses), [some(references)]).score];
  });
  console.log(`| ${[name, ...points.map(([, bleu]) => bleu.toFixed(1))].join(" | ")} |`);
  return { name, points, dots: true };
});
const title = "Quality by length of the source";
writeFileSync(
  values.out,
  curvesSvg({ title, curves, xLabel: "words", yLabel: "BLEU", width: 720, height: 320 }),
);
