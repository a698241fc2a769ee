import { type Curve, curvesSvg } from "./curves-svg.ts";
import { type Facts, page, type Section } from "./page.ts";
import { smallMultiplesSvg } from "./small-multiples-svg.ts";

export interface TrainingReport {
  readonly title: string;
  readonly subtitle?: string;
  /** Key figures, by name. */
  readonly facts: Facts;
  /** The unit the loss is averaged over. Default "token". */
  readonly unit?: "token" | "text";
  /** Validation scores to draw beside the loss; scores with the same title share a chart. */
  readonly scores?: readonly ScoreCurve[];
  /** A note on the curves, e.g. if they belong to another model than the facts. */
  readonly curvesNote?: string;
  /** The sections of the task. */
  readonly sections?: readonly Section[];
}

export interface ScoreCurve {
  /** Its key in the records of metrics.jsonl. */
  readonly key: string;
  readonly name: string;
  readonly chart: { readonly title: string; readonly yLabel: string };
}

/**
 * A training run as a self-contained page: facts, curves, and the sections of its task.
 *
 * @param metrics  Lines of metrics.jsonl; unreadable ones are left out.
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
      title: "Gradient norm before clipping",
      yLabel: "norm",
      curves: [{ name: "norm", points: series("step", "gradientNorm") }],
    },
  ];
  const drawn = charts
    .map((chart) => ({ ...chart, curves: chart.curves.filter(({ points }) => points.length > 0) }))
    .filter(({ curves }) => curves.length > 0)
    .map((chart) => `<figure>${curvesSvg({ ...chart, xLabel: "step", width: 480, height: 230 })}</figure>`);
  return {
    title: "Training curves",
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
    title: "Layer statistics",
    content: drawn.length > 0 ? `<div class="layers">${drawn.join("\n")}</div>` : "",
  };
}

const LAYERS_NOTE =
  "Measured on the model in training. The entropy of attention is a mean over heads and words.";

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
  { key: "gradientNorms", title: "Gradient norm before clipping", yLabel: "norm", log: true },
  { key: "activations", title: "Output states", yLabel: "root mean square" },
  {
    key: "attentionEntropies",
    title: "Entropy of attention",
    yLabel: "nats, 0 is a single word",
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
