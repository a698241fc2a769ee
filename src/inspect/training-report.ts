import type { ClassificationScores } from "../evaluation/classification.ts";
import { confusionTable } from "./confusion-table.ts";
import { type Curve, curvesSvg } from "./curves-svg.ts";
import { escapeMarkup } from "./markup.ts";
import { factList, page, section } from "./page.ts";
import { smallMultiplesSvg } from "./small-multiples-svg.ts";

export interface TrainingReport {
  readonly title: string;
  readonly subtitle?: string;
  /** What was reached, by name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly translations?:
    | readonly {
        readonly source: string;
        readonly hypothesis: string;
        readonly reference?: string;
      }[]
    | undefined;
  /** How a classifier does on the validation texts. */
  readonly judged?: JudgedTexts | undefined;
  /** What a language model expects after texts that it has not seen. */
  readonly next?: readonly NextToken[] | undefined;
  /** What the loss is a mean over. Default "token". */
  readonly unit?: "token" | "text";
  /** Pictures made by `alignmentSvg`, each with what it shows. */
  readonly alignments?: readonly { readonly svg: string; readonly caption: string }[];
}

/** A classifier's answers: all as counts, some as texts. */
export interface JudgedTexts {
  readonly labels: readonly string[];
  readonly scores: ClassificationScores;
  /** Texts labelled wrongly, those it was surest of first. */
  readonly mistakes: readonly {
    readonly text: string;
    readonly label: string;
    readonly answer: string;
    /** Of the answer, 0 to 1. */
    readonly probability: number;
  }[];
}

/** "Take these five words, you already have the sixth." */
export interface NextToken {
  /** The text so far. */
  readonly text: string;
  /** The token that came. */
  readonly token: string;
  /** The likeliest tokens with their probabilities, best first. */
  readonly expected: readonly (readonly [token: string, probability: number])[];
}

/**
 * A training run as one page: curves, facts, translations, attention. The page needs nothing else: no script, no
 * network.
 *
 * @param metrics  Lines of metrics.jsonl; what cannot be read is left out.
 */
export function trainingReport(metrics: Iterable<string>, report: TrainingReport): string {
  const records = [...metrics].flatMap(parse);
  const series = (kind: string, key: string): Curve["points"] =>
    records.flatMap((record) => {
      const [x, y] = [record.step, record[key]];
      const isPoint = record.kind === kind && typeof x === "number" && typeof y === "number";
      return isPoint ? [[x, y] as const] : [];
    });
  const charts = [
    {
      title: "Loss",
      yLabel: `nats per ${report.unit ?? "token"}`,
      curves: [
        { name: "training", points: series("step", "negativeLogLikelihood") },
        { name: "validation", points: series("validation", "loss"), dots: true },
      ],
    },
    {
      title: "BLEU on validation sentences",
      yLabel: "BLEU",
      curves: [{ name: "BLEU", points: series("validation", "bleu"), dots: true }],
    },
    {
      title: "Validation texts labelled rightly",
      yLabel: "share",
      curves: [
        { name: "accuracy", points: series("validation", "accuracy"), dots: true },
        { name: "macro-F1", points: series("validation", "macroF1"), dots: true },
      ],
    },
    {
      title: "Perplexity of the validation text",
      yLabel: "perplexity",
      curves: [{ name: "perplexity", points: series("validation", "perplexity"), dots: true }],
    },
    {
      title: "Learning rate",
      yLabel: "step size",
      curves: [{ name: "rate", points: series("step", "learningRate") }],
    },
    {
      title: "Length of the gradient before clipping",
      yLabel: "norm",
      curves: [{ name: "norm", points: series("step", "gradientNorm") }],
    },
  ];
  const drawn = charts
    .map((chart) => ({ ...chart, curves: chart.curves.filter(({ points }) => points.length > 0) }))
    .filter(({ curves }) => curves.length > 0)
    .map((chart) => `<figure>${curvesSvg({ ...chart, xLabel: "step", width: 480, height: 230 })}</figure>`);
  const layers = LAYERS.flatMap(({ key, ...chart }) => {
    const curves = byLayer(records, key);
    return curves.length > 0
      ? [`<figure>${smallMultiplesSvg({ ...chart, curves, xLabel: "step" })}</figure>`]
      : [];
  });
  const { title, subtitle, facts, translations = [], judged, next = [], alignments = [] } = report;
  const where =
    alignments.length === 0
      ? ""
      : `<p>Each row is a word it wrote, each column a word it read: the darker a square, the more it looked there. Frames
are the links a person, or a grammar, would draw.</p>
<div class="alignments">${alignments.map(({ svg, caption }) => `<figure>${svg}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`).join("\n")}</div>`;
  return page({
    title,
    subtitle,
    body: [
      factList(facts),
      section("How it learnt", drawn.length > 0 ? `<div class="charts">${drawn.join("\n")}</div>` : ""),
      section(
        "What happens in each layer",
        layers.length > 0 ? `<div class="layers">${layers.join("\n")}</div>` : "",
      ),
      section("What it says", table(translations)),
      section("What it takes for what", judged ? answers(judged) : ""),
      section("The word that comes next", expectations(next)),
      section("Where it looks", where),
    ],
  });
}

function parse(line: string): Record<string, unknown>[] {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === "object" && record !== null ? [record as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}

function table(translations: NonNullable<TrainingReport["translations"]>): string {
  if (translations.length === 0) return "";
  const rows = translations.map(({ source, hypothesis, reference }) => {
    const isRight = reference === undefined || reference === hypothesis;
    const expected = isRight ? "" : `<div class="reference">expected: ${escapeMarkup(reference)}</div>`;
    return `<tr><td dir="auto">${escapeMarkup(source)}</td><td dir="auto">${escapeMarkup(hypothesis)}${expected}</td></tr>`;
  });
  return `<table><thead><tr><th>Source</th><th>Translation</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function answers({ labels, scores, mistakes }: JudgedTexts): string {
  const matrix = `<p>Of the validation texts, how many that are of one label were labelled as each.</p>
${confusionTable(labels, scores)}`;
  if (mistakes.length === 0) return matrix;
  const rows = mistakes.map(
    ({ text, label, answer, probability }) =>
      `<tr><td dir="auto">${escapeMarkup(text)}</td><td>${escapeMarkup(answer)} <span class="expected">${percent(probability)}</span><div class="reference">expected: ${escapeMarkup(label)}</div></td></tr>`,
  );
  return `${matrix}
<p>Texts it was surest of and wrong about:</p>
<table><thead><tr><th>Text</th><th>Label</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function expectations(next: readonly NextToken[]): string {
  if (next.length === 0) return "";
  const rows = next.map(({ text, token, expected }) => {
    const [[best] = [""]] = expected;
    const all = expected.map(
      ([one, probability]) =>
        `<b>${escapeMarkup(one)}</b> <span class="expected">${percent(probability)}</span>`,
    );
    const came = best === token ? "" : `<div class="reference">came: ${escapeMarkup(token)}</div>`;
    return `<tr><td dir="auto">${escapeMarkup(text)} …</td><td>${all.join(" · ")}${came}</td></tr>`;
  });
  return `<p>Places in the validation text, and the likeliest tokens there. A space is shown as ▁, the end of a line as ⏎.</p>
<table><thead><tr><th>Text so far</th><th>Expected next</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

const LAYERS = [
  { key: "gradientNorms", title: "Gradients before clipping", yLabel: "norm", log: true },
  { key: "activations", title: "States a layer gives out", yLabel: "root mean square" },
  {
    key: "attentionEntropies",
    title: "How widely attention spreads",
    yLabel: "entropy in nats, 0 is one word",
  },
] as const;

/** One curve for each layer, from the records of kind "statistics". */
function byLayer(records: readonly Record<string, unknown>[], key: string): Pick<Curve, "name" | "points">[] {
  const curves = new Map<string, [number, number][]>();
  for (const { kind, step, [key]: layers } of records) {
    if (kind !== "statistics" || typeof step !== "number" || typeof layers !== "object") continue;
    for (const [name, value] of Object.entries(layers ?? {})) {
      if (typeof value !== "number") continue;
      const points = curves.get(name) ?? [];
      curves.set(name, points);
      points.push([step, value]);
    }
  }
  return [...curves].map(([name, points]) => ({ name, points }));
}
