/** The keys of metrics in `--metrics` and in JSON. */
export const metricKeys = ["bleu", "chrf", "chrf++", "ter", "exact"] as const;
export type MetricKey = (typeof metricKeys)[number];

/** The names of metrics in text output. */
export const metricLabels: Readonly<Record<MetricKey, string>> = {
  bleu: "BLEU",
  chrf: "chrF",
  "chrf++": "chrF++",
  ter: "TER",
  exact: "exact",
};

export const isMetric = (name: string): name is MetricKey => metricKeys.some((key) => key === name);
