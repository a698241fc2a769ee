/** What `screen.ts` has measured: a JSON file, and the table that is made of it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { bleu, corpusBleu } from "../../src/evaluation/bleu.ts";
import { tabulate } from "../../src/evaluation/metric.ts";
import { pairedBootstrap } from "../../src/evaluation/significance.ts";

/** One trained model. */
export interface Measured {
  readonly corpus: string;
  readonly recipe: string;
  readonly seed: number;
  /** Of one core, asked for; validation is part of them. */
  readonly minutes: number;
  readonly machine: string;
  readonly steps: number;
  readonly epochs: number;
  readonly parameters: number;
  readonly validLoss: number;
  readonly bleu: number;
  /** Translations of the test set, one a line, in this order. */
  readonly texts: readonly string[];
}

/** Whether two measurements are of the same thing. */
export const isSame = (a: Measured, b: Pick<Measured, "corpus" | "recipe" | "seed" | "minutes">): boolean =>
  a.corpus === b.corpus && a.recipe === b.recipe && a.seed === b.seed && a.minutes === b.minutes;

export const readResults = (file: string): Measured[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Measured[]) : [];

export function writeResults(file: string, results: readonly Measured[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
}

/**
 * Lines of Markdown, best first: mean BLEU over seeds and what it has over the base, with the probability of so much by chance
 * (paired bootstrap over the sentences of all seeds that both have).
 */
export function tableOf(results: readonly Measured[], references: readonly string[]): string[] {
  const base = results.filter(({ recipe }) => recipe === "base");
  const names = [...new Set(results.map(({ recipe }) => recipe))];
  const rows = names.map((name) => {
    const runs = results.filter(({ recipe }) => recipe === name);
    const mean = (of: (run: Measured) => number): number =>
      runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    return {
      score: mean((run) => run.bleu),
      cells: [
        name,
        spread(runs.map((run) => run.bleu)),
        name === "base" ? "" : gain(base, runs, references),
        mean((run) => run.validLoss).toFixed(3),
        Math.round(mean((run) => run.steps)).toLocaleString("en"),
        `${(mean((run) => run.parameters) / 1e6).toFixed(2)} M`,
        `${runs.length}`,
      ],
    };
  });
  rows.sort((a, b) => b.score - a.score);
  return [
    "| recipe | BLEU | over the base | validation loss | updates | parameters | seeds |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(({ cells }) => `| ${cells.join(" | ")} |`),
  ];
}

/** "36.1", or with several seeds "36.1 (35.8 to 36.4)". */
function spread(scores: readonly number[]): string {
  const mean = (scores.reduce((a, b) => a + b, 0) / scores.length).toFixed(1);
  return scores.length === 1
    ? mean
    : `${mean} (${Math.min(...scores).toFixed(1)} to ${Math.max(...scores).toFixed(1)})`;
}

function gain(base: readonly Measured[], runs: readonly Measured[], references: readonly string[]): string {
  const pairs = runs.flatMap((run) => {
    const rival = base.find(({ seed }) => seed === run.seed);
    return rival ? [{ rival, run }] : [];
  });
  if (pairs.length === 0) return "no base of its seeds";
  const joined = (of: (pair: (typeof pairs)[number]) => Measured): string[] =>
    pairs.flatMap((pair) => [...of(pair).texts]);
  const all = pairs.flatMap(() => [...references]);
  const systems = [joined(({ rival }) => rival), joined(({ run }) => run)];
  const [, { p = 1 } = {}] = pairedBootstrap(systems.map((texts) => tabulate(bleu(), texts, [all])));
  const [before, after] = systems.map((texts) => corpusBleu(texts, [all]).score) as [number, number];
  const difference = after - before;
  const sign = difference < 0 ? "−" : "+";
  return `${sign}${Math.abs(difference).toFixed(1)} (p ${p < 0.0015 ? "≤ 0.001" : p.toFixed(3)})`;
}

/** Puts lines between the two comments of this name in a document. @throws when it has none */
export function writeBetween(file: string, name: string, lines: readonly string[]): void {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin} … ${end}`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${lines.join("\n")}\n\n${text.slice(to)}`);
}
