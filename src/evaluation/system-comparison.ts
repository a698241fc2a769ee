import { type Metric, type SentenceTable, sentenceScores, signatureOf, tabulate } from "./metric.ts";
import type { MetricKey } from "./metric-keys.ts";
import { defaultSamples, type PairedResult, pairedBootstrap, pairedRandomisation } from "./significance.ts";

export interface System {
  readonly name: string;
  readonly texts: readonly string[];
}

/** How many sentences score better than, worse than and the same as the baseline's. */
export interface SentenceCounts {
  readonly better: number;
  readonly worse: number;
  readonly equal: number;
}

export interface MetricComparison {
  readonly key: MetricKey;
  readonly metric: Metric;
  readonly signature: string;
  /** One per system; the first, the baseline, has no counts. */
  readonly results: readonly (PairedResult & { readonly counts?: SentenceCounts })[];
}

/** A sentence of a system whose score differs from the baseline's. */
export interface ChangedSentence {
  readonly system: string;
  /** From 1. */
  readonly line: number;
  readonly metric: MetricKey;
  readonly score: number;
  readonly baselineScore: number;
  readonly difference: number;
  readonly text: string;
  readonly baselineText: string;
  readonly references: readonly string[];
}

export interface SystemComparison {
  readonly systems: readonly string[];
  readonly sentences: number;
  readonly test: "bs" | "ar";
  readonly samples: number;
  readonly seed: number;
  readonly metrics: readonly MetricComparison[];
  /** For each system but the first, its changed sentences, largest difference first. */
  readonly changed: readonly (readonly ChangedSentence[])[];
}

export interface ComparisonChoices {
  readonly test: "bs" | "ar";
  /** Resamples for "bs", trials for "ar". Default 1000 and 10000. */
  readonly samples?: number | undefined;
  readonly seed: number;
  /** Most changed sentences to keep per system. */
  readonly changes: number;
  readonly short?: boolean;
}

/** Compares every system with the first by all metrics; changed sentences are chosen by the first metric. */
export function compareSystems(
  systems: readonly System[],
  references: readonly (readonly string[])[],
  metrics: ReadonlyMap<MetricKey, Metric>,
  choices: ComparisonChoices,
): SystemComparison {
  const { test, seed, changes, short } = choices;
  const samples = choices.samples ?? defaultSamples[test === "bs" ? "resamples" : "trials"];
  // Approximate randomisation resamples nothing: its intervals come from a bootstrap of their own.
  const drawn = test === "bs" ? { bs: samples, seed } : { ar: samples, bs: defaultSamples.resamples, seed };
  const compared = [...metrics].map(([key, metric]) => {
    const tables = systems.map(({ texts }) => tabulate(metric, texts, references));
    const results =
      test === "bs"
        ? pairedBootstrap(tables, { resamples: samples, seed })
        : pairedRandomisation(tables, { trials: samples, resamples: defaultSamples.resamples, seed });
    const scores = tables.map(sentenceScores);
    const signature = metric.fields.length > 0 ? signatureOf(tables[0] as SentenceTable, drawn, short) : "";
    const counted = results.map((result, i) =>
      i === 0 ? result : { ...result, counts: countsOf(metric, scores[i] ?? [], scores[0] ?? []) },
    );
    return { key, metric, signature, results: counted, scores };
  });
  const [first] = compared;
  const changed = systems.slice(1).map((system, i) => {
    const [before = [], after = []] = [first?.scores[0], first?.scores[i + 1]];
    const lines = after.map((_, at) => at).filter((at) => after[at] !== before[at]);
    const size = (at: number): number => Math.abs((after[at] ?? 0) - (before[at] ?? 0));
    return lines
      .sort((a, b) => size(b) - size(a) || a - b)
      .slice(0, changes)
      .map((at): ChangedSentence => {
        const [score = 0, baselineScore = 0] = [after[at], before[at]];
        return {
          system: system.name,
          line: at + 1,
          metric: first?.key ?? "bleu",
          score,
          baselineScore,
          difference: score - baselineScore,
          text: system.texts[at] ?? "",
          baselineText: systems[0]?.texts[at] ?? "",
          references: references.map((set) => set[at] ?? ""),
        };
      });
  });
  return {
    systems: systems.map(({ name }) => name),
    sentences: systems[0]?.texts.length ?? 0,
    test,
    samples,
    seed,
    changed,
    metrics: compared.map(({ scores: _, ...rest }) => rest),
  };
}

function countsOf(metric: Metric, scores: readonly number[], before: readonly number[]): SentenceCounts {
  const sign = metric.isErrorRate ? -1 : 1;
  const counts = { better: 0, worse: 0, equal: 0 };
  for (const [at, score] of scores.entries()) {
    const gain = sign * (score - (before[at] ?? 0));
    counts[gain > 0 ? "better" : gain < 0 ? "worse" : "equal"] += 1;
  }
  return counts;
}

/** The objects that `--json` prints, one per line. */
export function comparisonObjects({ systems, sentences, metrics, changed }: SystemComparison): object[] {
  const described = systems.map((system, i) => {
    const all = metrics.map(({ key, signature, results }) => {
      const { score, difference, p, interval, counts } = results[i] as (typeof results)[number];
      const comparison = i === 0 ? {} : { difference, p: difference === 0 ? null : p };
      return [key, { score, ...comparison, interval, ...counts, ...(signature ? { signature } : {}) }];
    });
    return { kind: "system", system, sentences, metrics: Object.fromEntries(all) };
  });
  return [...described, ...changed.flat().map((sentence) => ({ kind: "sentence", ...sentence }))];
}
