import { rolesOf } from "../inspect/heads/roles.ts";
import type { HeadSurvey, SurveyedHead } from "../inspect/heads/survey.ts";
import { columnsOf } from "../pictures/columns.ts";
import { tableLines } from "../pictures/table.ts";

const percent = (share: number): string => (Number.isFinite(share) ? `${Math.round(100 * share)} %` : "-");
const signed = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;

/** Important heads first. */
export const byImportance = (heads: readonly SurveyedHead[]): SurveyedHead[] =>
  heads.toSorted((a, b) => b.zero.delta - a.zero.delta);

/** What `heed heads` prints, in lines of at most 80 columns. */
export function surveyLines(survey: HeadSurvey, about: string): string[] {
  const { loss, tokens, features } = survey;
  return [
    `${survey.heads.length} heads on ${about}:`,
    `${loss.toFixed(4)} nats a token over ${tokens} tokens`,
    "",
    ...headLines(byImportance(survey.heads)),
    "",
    ...LEGEND,
    ...diagonalLines(survey),
    ...(features.length > 0 ? ["", ...featureLines(survey)] : []),
  ];
}

/** The widest line that is printed, as wide as a terminal is at least. */
const WIDEST = 80;

const COLUMNS = [
  { name: "head", isText: true },
  { name: "Δ loss" },
  { name: "±" },
  { name: "H/ln n" },
  { name: "self" },
  { name: "≠‖av‖" },
  { name: "near" },
];

/** The table of heads; the last column takes what room is left. */
function headLines(heads: readonly SurveyedHead[]): string[] {
  const [title = "", ...lines] = tableLines({ columns: COLUMNS, rows: heads.map(rowOf) });
  const left = [title, ...lines].reduce((widest, line) => Math.max(widest, columnsOf(line)), 0) + 2;
  const beside = (line: string, text: string): string =>
    `${line}${" ".repeat(left - columnsOf(line))}${text}`.trimEnd();
  return [
    beside(title, "what it does"),
    ...lines.map((line, i) => {
      const names = rolesOf(heads[i] as SurveyedHead).map(({ name }) => name);
      return beside(line, fitting(names, WIDEST - left));
    }),
  ];
}

function rowOf(head: SurveyedHead): string[] {
  const { statistics, nearest, zero } = head;
  return [
    head.name,
    signed(zero.delta),
    zero.half === undefined ? "-" : zero.half.toFixed(3),
    Number.isFinite(statistics.entropy.relative) ? statistics.entropy.relative.toFixed(2) : "-",
    percent(statistics.diagonal.share),
    percent(statistics.contribution.differs),
    nearest ? `${nearest.head + 1} ${nearest.divergence.toFixed(2)}` : "-",
  ];
}

/** As many roles as fit, and a sign that there are more. */
function fitting(names: readonly string[], most: number): string {
  let text = "";
  for (const [i, name] of names.entries()) {
    const longer = text === "" ? name : `${text}, ${name}`;
    const room = i < names.length - 1 ? most - 3 : most;
    if (text !== "" && columnsOf(longer) > room) return `${text}, …`;
    text = longer;
  }
  return text;
}

const LEGEND = [
  "Δ loss: nats a token more without the head (its output 0), ± half the 95 %",
  "interval over sentences. H/ln n: entropy of its weights, 1 for all keys alike.",
  "self: rows whose largest weight is at their own position. ≠‖av‖: rows in which",
  "another key adds most to the output than has the largest weight. near: the head",
  "most like it in its layer, and their Jensen-Shannon divergence in bits.",
];

/** Is a word's attention to itself the largest? Over the heads of each kind of self-attention. */
function diagonalLines({ heads }: HeadSurvey): string[] {
  const kinds = [
    ["self", "self-attention"],
    ["causal", "causal self-attention"],
  ] as const;
  return kinds.flatMap(([kind, name]) => {
    const of = heads.filter(({ place }) => place.kind === kind).map(({ statistics }) => statistics.diagonal);
    if (of.length === 0) return [];
    const mean = (key: "share" | "chance"): number =>
      of.reduce((sum, each) => sum + each[key], 0) / of.length;
    return [
      "",
      `In ${name} the largest weight of a row is its own in ${percent(mean("share"))} of rows`,
      `(${percent(mean("chance"))} by chance).`,
    ];
  });
}

/** Each feature, how well the model does it, and the heads that carry it. */
function featureLines({ features, heads }: HeadSurvey): string[] {
  const rows = features.map(({ feature, pairs, margin, accuracy, isKnown }, i) => {
    const carriers = heads
      .filter((head) => rolesOf(head).some(({ kind, name }) => kind === "feature" && name === feature))
      .toSorted((a, b) => (b.features[i]?.share ?? 0) - (a.features[i]?.share ?? 0))
      .map((head) => `${head.name} ${percent(head.features[i]?.share ?? 0)}`);
    const shown =
      carriers.length > 2
        ? `${carriers.slice(0, 1).join(", ")}, ${carriers.length - 1} more`
        : carriers.join(", ");
    return [
      feature,
      String(pairs),
      percent(accuracy),
      margin.toFixed(2),
      shown || (isKnown ? "none for sure" : "not learnt"),
    ];
  });
  return [
    ...tableLines({
      columns: [
        { name: "feature", isText: true },
        { name: "pairs" },
        { name: "right" },
        { name: "margin" },
        { name: "heads that carry it", isText: true },
      ],
      rows,
    }),
    "",
    "margin: ln p of the right word less that of the pair's other word; beside a",
    "head, the share of it that is lost without the head. A head is named if it is",
    "needed and special: p < 0.05 in permutation tests, corrected by Holm's method",
    `for ${heads.length} heads × ${features.length} features.`,
  ];
}
