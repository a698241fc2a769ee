import { basename } from "node:path";
import { metricLabels } from "../evaluation/metric-keys.ts";
import type { ChangedSentence, MetricComparison, SystemComparison } from "../evaluation/system-comparison.ts";
import { type Piece, unmarked, wordDifference } from "../evaluation/word-difference.ts";
import { columnsOf } from "../pictures/columns.ts";
import { tableLines } from "../pictures/table.ts";
import { escapeControls } from "../text/escape.ts";

/** A difference with p below this is marked. */
const SIGNIFICANT = 0.05;

export interface Terminal {
  readonly columns: number;
  readonly colour: boolean;
}

const testNames = { bs: "paired bootstrap resampling", ar: "paired approximate randomisation" } as const;

/** The text that `heed compare` prints. */
export function systemComparisonLines(comparison: SystemComparison, terminal: Terminal): string[] {
  const { sentences, metrics, changed } = comparison;
  const systems = shortNames(comparison.systems);
  const lines = [`${systems.length} systems, ${sentences} sentences`, ""];
  for (const metric of metrics) lines.push(...metricLines(metric, systems), "");
  lines.push(...wrapped(noteOf(comparison), terminal.columns), "");
  for (const [i, mostChanged] of changed.entries()) {
    const [first] = mostChanged;
    if (!first) continue;
    lines.push(
      `Sentences of ${systems[i + 1]} that changed most, by ${metricLabels[first.metric]}:`,
      "",
      ...mostChanged.flatMap((sentence) => [...sentenceLines(sentence, terminal), ""]),
    );
  }
  return lines.slice(0, -1);
}

/** File names without their directories, unless two would be equal. */
function shortNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path));
  const areDistinct = new Set(names).size === new Set(paths).size;
  return (areDistinct ? names : paths).map(escapeControls);
}

function metricLines(
  { key, metric, signature, results }: MetricComparison,
  systems: readonly string[],
): string[] {
  const title = `${metricLabels[key]}${metric.isErrorRate ? " (lower is better)" : ""}`;
  const columns = ["score", "mean ± 95 %", "difference", "p", "better", "worse", "equal"];
  const rows = results.map(({ score, interval, difference, p, counts }, i) => [
    systems[i] ?? "",
    score.toFixed(2),
    interval ? `${interval.mean.toFixed(2)} ± ${interval.half.toFixed(2)}` : "",
    i === 0 ? "(baseline)" : signed(difference),
    pText(p, difference),
    ...(counts ? [counts.better, counts.worse, counts.equal].map(String) : ["", "", ""]),
  ]);
  const table = { columns: [{ name: "system", isText: true }, ...columns.map((name) => ({ name }))], rows };
  return [`${title}${signature ? `  ${signature}` : ""}`, ...tableLines(table)];
}

const signed = (difference: number): string => `${difference < 0 ? "" : "+"}${difference.toFixed(2)}`;

/** Four decimals, starred when significant; a dash for equal scores, which leave nothing to test. */
function pText(p: number | undefined, difference: number): string {
  if (p === undefined) return "";
  return difference === 0 ? "– " : `${p.toFixed(4)}${p < SIGNIFICANT ? "*" : " "}`;
}

function noteOf({ systems, test, samples, seed }: SystemComparison): string {
  const drawn = `${samples} ${test === "bs" ? "resamples" : "trials"}, seed ${seed}`;
  const several = systems.length > 2 ? " p is not corrected for multiple comparisons." : "";
  return `p: how often chance alone would produce a larger difference from the baseline, by ${testNames[test]} (${drawn}); * marks p < ${SIGNIFICANT}.${several}`;
}

const RED = 31;
const GREEN = 32;

function sentenceLines(sentence: ChangedSentence, { columns, colour }: Terminal): string[] {
  const { line, metric, score, baselineScore, difference, references } = sentence;
  const scores = `${metricLabels[metric]} ${baselineScore.toFixed(2)} → ${score.toFixed(2)} (${signed(difference)})`;
  const names = ["baseline", "system", ...references.map((_, i) => referenceName(i, references.length))];
  const left = Math.max(...names.map(({ length }) => length)) + 4;
  const room = Math.max(20, columns - left);
  const labelled = (name: string, pieces: readonly Piece[], code: number): string[] =>
    wrappedPieces(pieces, room, colour ? code : undefined).map((text, i) =>
      `  ${(i === 0 ? name : "").padEnd(left - 2)}${text}`.trimEnd(),
    );
  const [before, after] = wordDifference(
    escapeControls(sentence.baselineText),
    escapeControls(sentence.text),
  );
  return [
    `line ${line}: ${scores}`,
    ...references.flatMap((text, i) =>
      labelled(referenceName(i, references.length), unmarked(escapeControls(text)), 0),
    ),
    ...labelled("baseline", before, RED),
    ...labelled("system", after, GREEN),
  ];
}

const referenceName = (i: number, count: number): string =>
  count === 1 ? "reference" : `reference ${i + 1}`;

const wrapped = (text: string, columns: number): string[] =>
  wrappedPieces(unmarked(text), columns, undefined);

/** Wraps into lines of at most `columns`, at least one line; a longer word gets a line of its own. */
function wrappedPieces(pieces: readonly Piece[], columns: number, code: number | undefined): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const { word, isOwn } of pieces) {
    const width = columnsOf(word);
    if (used > 0 && used + 1 + width > columns) {
      lines.push(line);
      [line, used] = ["", 0];
    }
    const shown = isOwn && code !== undefined ? `\u001b[${code}m${word}\u001b[0m` : word;
    line += used > 0 ? ` ${shown}` : shown;
    used += width + (used > 0 ? 1 : 0);
  }
  return [...lines, line];
}
