import { addRow, corpusScore, type SentenceTable } from "./metric.ts";
import { type Draws, numpyDraws } from "./numpy-random.ts";

/** The range of a score in 95 % of test sets resampled from the sentences of this one, with replacement. */
export interface BootstrapInterval {
  /** The mean over the resampled test sets, which may differ slightly from the score of the test set itself. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Half the distance from low to high: what sacreBLEU prints after ±. */
  readonly half: number;
}

export interface PairedResult {
  readonly score: number;
  /** The score minus the baseline's. */
  readonly difference: number;
  /**
   * Probability of a larger difference by chance alone. Absent for the baseline. As in sacreBLEU, a system with the
   * baseline's translations gets the smallest possible p, because no difference is above 0: check `difference`.
   */
  readonly p?: number;
  readonly interval?: BootstrapInterval;
}

export interface BootstrapOptions {
  /** Number of resampled test sets. Default 1000. */
  readonly resamples?: number | undefined;
  /** Equal seeds give equal results, the same as sacreBLEU with `SACREBLEU_SEED`. Default 12345, as in sacreBLEU. */
  readonly seed?: number | undefined;
}

export interface RandomisationOptions {
  /** Default 10000. */
  readonly trials?: number | undefined;
  /** Number of resampled test sets for intervals; 0 (default) for no intervals. */
  readonly resamples?: number | undefined;
  readonly seed?: number | undefined;
}

/** sacreBLEU's defaults. */
export const defaultSamples = { seed: 12345, resamples: 1000, trials: 10_000 } as const;

/**
 * The 95 % confidence interval of a score by bootstrap resampling.
 *
 * The samples are the same as sacreBLEU's with the same seed. sacreBLEU sums in single precision, Heed in double:
 * intervals agree to about 1e-5.
 *
 * @see Koehn 2004 - https://aclanthology.org/W04-3250
 */
export function bootstrapInterval(table: SentenceTable, options: BootstrapOptions = {}): BootstrapInterval {
  const { resamples = defaultSamples.resamples, seed = defaultSamples.seed } = options;
  return intervalOf(resampledScores([table], resamples, numpyDraws(seed))[0] as Float64Array);
}

/**
 * Paired bootstrap resampling: every resampled test set is scored for all systems; the centred differences from the
 * baseline estimate the effect of chance.
 *
 *   p = (1 + #{ |d_i| - mean |d| > |d| }) / (1 + resamples)
 *
 * @param tables  One metric's tables of the same test set; the first is the baseline's.
 * @returns One result per table. p-values equal sacreBLEU's with the same seed, except for ties in single precision.
 * @see Koehn 2004 - https://aclanthology.org/W04-3250
 */
export function pairedBootstrap(
  tables: readonly SentenceTable[],
  options: BootstrapOptions = {},
): PairedResult[] {
  const { resamples = defaultSamples.resamples, seed = defaultSamples.seed } = options;
  const resampled = resampledScores(tables, resamples, numpyDraws(seed));
  const [baseline = new Float64Array()] = resampled;
  return compareWithFirst(tables, (system, difference) => {
    const scores = resampled[system] as Float64Array;
    const interval = intervalOf(scores);
    if (system === 0) return { interval };
    const differences = scores.map((score, i) => Math.abs(score - (baseline[i] as number)));
    const mean = meanOf(differences);
    const centred = differences.map((value) => value - mean);
    return { interval, p: pValue(centred, difference) };
  });
}

/**
 * Paired approximate randomisation: in every trial, a coin flip decides for each sentence whether the two systems swap
 * their translations. If neither system is better, this changes the difference only by chance.
 *
 *   p = (1 + #{ |d_i| > |d| }) / (1 + trials)
 *
 * @param tables  One metric's tables of the same test set; the first is the baseline's.
 * @returns One result per table, equal to sacreBLEU's with the same seed.
 * @see Riezler & Maxwell 2005 - https://aclanthology.org/W05-0908
 */
export function pairedRandomisation(
  tables: readonly SentenceTable[],
  options: RandomisationOptions = {},
): PairedResult[] {
  const { trials = defaultSamples.trials, resamples = 0, seed = defaultSamples.seed } = options;
  const draws = numpyDraws(seed);
  const shuffled = shuffledDifferences(tables, trials, draws);
  const intervalsOf = (some: readonly SentenceTable[], from: Draws): BootstrapInterval[] =>
    resamples > 0 ? resampledScores(some, resamples, from).map(intervalOf) : [];
  // As in sacreBLEU: a fresh generator for the baseline; for the others the one that flipped the coins.
  const intervals = [
    ...intervalsOf(tables.slice(0, 1), numpyDraws(seed)),
    ...intervalsOf(tables.slice(1), draws),
  ];
  return compareWithFirst(tables, (system, difference) => {
    const interval = intervals[system];
    const result = interval ? { interval } : {};
    if (system === 0) return result;
    return { ...result, p: pValue(shuffled[system] as Float64Array, difference) };
  });
}

function compareWithFirst(
  tables: readonly SentenceTable[],
  judge: (system: number, difference: number) => { p?: number; interval?: BootstrapInterval },
): PairedResult[] {
  const scores = tables.map(corpusScore);
  return scores.map((score, system) => {
    const difference = score - (scores[0] as number);
    return { score, difference, ...judge(system, Math.abs(difference)) };
  });
}

/** Scores of test sets of the same size, resampled with replacement; the same samples for every table. */
function resampledScores(tables: readonly SentenceTable[], resamples: number, draws: Draws): Float64Array[] {
  const sentences = tables[0]?.sentences ?? 0;
  const chosen = new Uint32Array(sentences);
  const scores = tables.map(() => new Float64Array(resamples));
  for (let sample = 0; sample < resamples; sample++) {
    for (let i = 0; i < sentences; i++) chosen[i] = draws.index(sentences);
    for (const [system, { metric, width, values }] of tables.entries()) {
      const sums = new Float64Array(width);
      for (const sentence of chosen) addRow(sums, values, sentence);
      (scores[system] as Float64Array)[sample] = metric.score(sums);
    }
  }
  return scores;
}

/** |score - baseline's score| of every trial, with sentences swapped between the first table and each of the others. */
function shuffledDifferences(
  [baseline, ...systems]: readonly SentenceTable[],
  trials: number,
  draws: Draws,
): Float64Array[] {
  const differences = [baseline, ...systems].map(() => new Float64Array(trials));
  if (!baseline) return differences;
  const { metric, sentences, width } = baseline;
  const coin = draws.bits();
  const isKept = new Uint8Array(sentences);
  for (let trial = 0; trial < trials; trial++) {
    for (let i = 0; i < sentences; i++) isKept[i] = coin();
    for (const [n, system] of systems.entries()) {
      const first = new Float64Array(width);
      const second = new Float64Array(width);
      for (let i = 0; i < sentences; i++) {
        addRow(isKept[i] === 1 ? first : second, baseline.values, i);
        addRow(isKept[i] === 1 ? second : first, system.values, i);
      }
      (differences[n + 1] as Float64Array)[trial] = Math.abs(metric.score(first) - metric.score(second));
    }
  }
  return differences;
}

function pValue(differences: Float64Array, observed: number): number {
  const above = differences.reduce((count, difference) => count + (difference > observed ? 1 : 0), 0);
  return (above + 1) / (differences.length + 1);
}

/** The middle 95 %: leaves out one in forty at either end. */
function intervalOf(scores: Float64Array): BootstrapInterval {
  const sorted = scores.slice().sort();
  const cut = Math.floor(sorted.length / 40);
  const [low, high] = [sorted[cut] as number, sorted[sorted.length - cut - 1] as number];
  return { mean: meanOf(sorted), low, high, half: (high - low) / 2 };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
