import { type Curve, curvesSvg } from "./curves-svg.ts";
import { type Facts, page, type Section } from "./page.ts";
import { smallMultiplesSvg } from "./small-multiples-svg.ts";

export interface TrainingReport {
  readonly title: string;
  readonly subtitle?: string;
  /** What was reached, by name. */
  readonly facts: Facts;
  /** What the loss is a mean over. Default "token". */
  readonly unit?: "token" | "text";
  /** Validation scores drawn beside the loss; those of one title share a chart. */
  readonly scores?: readonly ScoreCurve[];
  /** Which curves these are, where that is not plain: they need not be of the model that the facts are of. */
  readonly curvesNote?: string;
  /** What the model did, as its task shows it. */
  readonly sections?: readonly Section[];
}

export interface ScoreCurve {
  /** In the records of metrics.jsonl. */
  readonly key: string;
  readonly name: string;
  readonly chart: { readonly title: string; readonly yLabel: string };
}

/**
 * A training run as one page: curves, facts, and what its task shows. The page needs nothing else: no script, no network.
 *
 * @param metrics  Lines of metrics.jsonl; what cannot be read is left out.
 */
export function trainingReport(metrics: Iterable<string>, report: TrainingReport): string {
  const { title, subtitle, facts, unit = "token", scores = [], curvesNote, sections = [] } = report;
  const records = [...metrics].flatMap(parse);
  return page({
    title,
    subtitle,
    facts,
    sections: [
      { ...curves(records, unit, scores), note: curvesNote },
      { ...layers(records), note: LAYERS_NOTE },
      ...sections,
    ],
  });
}

function curves(records: readonly LogRecord[], unit: string, scores: readonly ScoreCurve[]): Section {
  const series = (kind: string, key: string): Curve["points"] =>
    records.flatMap((record) => {
      const [x, y] = [record.step, record[key]];
      const isPoint = record.kind === kind && typeof x === "number" && typeof y === "number";
      return isPoint ? [[x, y] as const] : [];
    });
  const titles = [...new Set(scores.map(({ chart }) => chart.title))];
  const charts = [
    {
      title: "Loss",
      yLabel: `nats per ${unit}`,
      curves: [
        { name: "training", points: series("step", "negativeLogLikelihood") },
        { name: "validation", points: series("validation", "loss"), dots: true },
      ],
    },
    ...titles.map((title) => {
      const together = scores.filter(({ chart }) => chart.title === title);
      return {
        title,
        yLabel: together[0]?.chart.yLabel ?? "",
        curves: together.map(({ key, name }) => ({ name, points: series("validation", key), dots: true })),
      };
    }),
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
  return {
    title: "How it learnt",
    content: drawn.length > 0 ? `<div class="charts">${drawn.join("\n")}</div>` : "",
  };
}

function layers(records: readonly LogRecord[]): Section {
  const drawn = LAYERS.flatMap(({ key, ...chart }) => {
    const curves = byLayer(records, key);
    return curves.length > 0
      ? [`<figure>${smallMultiplesSvg({ ...chart, curves, xLabel: "step" })}</figure>`]
      : [];
  });
  return {
    title: "What happens in each layer",
    content: drawn.length > 0 ? `<div class="layers">${drawn.join("\n")}</div>` : "",
  };
}

const LAYERS_NOTE =
  "The model in training, at the updates that were measured. Attention's entropy is a mean over heads and words.";

type LogRecord = Readonly<Record<string, unknown>>;

function parse(line: string): LogRecord[] {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === "object" && record !== null ? [record as LogRecord] : [];
  } catch {
    return [];
  }
}

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
function byLayer(records: readonly LogRecord[], key: string): Pick<Curve, "name" | "points">[] {
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
