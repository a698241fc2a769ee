import { addRow, corpusScore, type SentenceTable } from "./metric.ts";
import { type Draws, numpyDraws } from "./numpy-random.ts";

/** Where a score lies in 95 of 100 test sets that are drawn from the sentences of this one, with repetition. */
export interface BootstrapInterval {
  /** The mean over the drawn test sets: not quite the score of the test set itself. */
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
   * How often chance alone would bring a difference above this one. Absent for the baseline. A system with the very
   * score of the baseline gets the smallest p there is, as in sacreBLEU: nothing is above 0; look at `difference`.
   */
  readonly p?: number;
  readonly interval?: BootstrapInterval;
}

export interface BootstrapOptions {
  /** Test sets drawn. Default 1000. */
  readonly resamples?: number | undefined;
  /** Equal seeds give equal results, and those of sacreBLEU with `SACREBLEU_SEED`. Default 12345, as there. */
  readonly seed?: number | undefined;
}

export interface RandomisationOptions {
  /** Default 10000. */
  readonly trials?: number | undefined;
  /** Test sets drawn for intervals; 0 (default) for none. */
  readonly resamples?: number | undefined;
  readonly seed?: number | undefined;
}

/** What sacreBLEU takes when nothing is said. */
export const defaultSamples = { seed: 12345, resamples: 1000, trials: 10_000 } as const;

/**
 * The 95 % confidence interval of a score by bootstrap resampling.
 *
 * The draws are those of sacreBLEU with the same seed. It sums in single precision, we in double: intervals agree to
 * about 1e-5.
 *
 * @see Koehn 2004 - https://aclanthology.org/W04-3250
 */
export function bootstrapInterval(table: SentenceTable, options: BootstrapOptions = {}): BootstrapInterval {
  const { resamples = defaultSamples.resamples, seed = defaultSamples.seed } = options;
  return intervalOf(resampledScores([table], resamples, numpyDraws(seed))[0] as Float64Array);
}

/**
 * Paired bootstrap resampling: every drawn test set is scored for all systems, and the differences to the baseline,
 * centred, tell what chance does.
 *
 *   p = (1 + #{ |d_i| - mean |d| > |d| }) / (1 + resamples)
 *
 * @param tables  One metric's tables of the same test set; the first is the baseline's.
 * @returns One result per table. p-values are sacreBLEU's with the same seed, but for ties in single precision.
 * @see Koehn 2004 - https://aclanthology.org/W04-3250
 */
export function pairedBootstrap(
  tables: readonly SentenceTable[],
  options: BootstrapOptions = {},
): PairedResult[] {
  const { resamples = defaultSamples.resamples, seed = defaultSamples.seed } = options;
  const drawn = resampledScores(tables, resamples, numpyDraws(seed));
  const [baseline = new Float64Array()] = drawn;
  return againstFirst(tables, (system, difference) => {
    const scores = drawn[system] as Float64Array;
    const interval = intervalOf(scores);
    if (system === 0) return { interval };
    const differences = scores.map((score, i) => Math.abs(score - (baseline[i] as number)));
    const mean = meanOf(differences);
    return {
      interval,
      p: pValue(
        differences.map((each) => each - mean),
        difference,
      ),
    };
  });
}

/**
 * Paired approximate randomisation: in every trial, a coin decides for each sentence whether the two systems exchange
 * their translations; if neither is better, that changes the difference by chance alone.
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
  const drawn = shuffledDifferences(tables, trials, draws);
  const intervals = (some: readonly SentenceTable[], from: Draws): BootstrapInterval[] =>
    resamples > 0 ? resampledScores(some, resamples, from).map(intervalOf) : [];
  // As sacreBLEU draws: afresh for the baseline, after the coins for the others.
  const found = [...intervals(tables.slice(0, 1), numpyDraws(seed)), ...intervals(tables.slice(1), draws)];
  return againstFirst(tables, (system, difference) => {
    const interval = found[system];
    const shown = interval ? { interval } : {};
    if (system === 0) return shown;
    return { ...shown, p: pValue(drawn[system] as Float64Array, difference) };
  });
}

function againstFirst(
  tables: readonly SentenceTable[],
  judge: (system: number, difference: number) => { p?: number; interval?: BootstrapInterval },
): PairedResult[] {
  const scores = tables.map(corpusScore);
  return scores.map((score, system) => {
    const difference = score - (scores[0] as number);
    return { score, difference, ...judge(system, Math.abs(difference)) };
  });
}

/** Scores of test sets as large as the first table, drawn with repetition; the same draws for every table. */
function resampledScores(tables: readonly SentenceTable[], resamples: number, draws: Draws): Float64Array[] {
  const sentences = tables[0]?.sentences ?? 0;
  const drawn = new Uint32Array(sentences);
  const scores = tables.map(() => new Float64Array(resamples));
  for (let sample = 0; sample < resamples; sample++) {
    for (let i = 0; i < sentences; i++) drawn[i] = draws.index(sentences);
    for (const [system, { metric, width, values }] of tables.entries()) {
      const sums = new Float64Array(width);
      for (const sentence of drawn) addRow(sums, values, sentence);
      (scores[system] as Float64Array)[sample] = metric.score(sums);
    }
  }
  return scores;
}

/** |score - baseline's score| of every trial, with sentences exchanged between the first table and each other one. */
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

/** The middle 95 %: one in forty is left out at either end. */
function intervalOf(scores: Float64Array): BootstrapInterval {
  const sorted = scores.slice().sort();
  const cut = Math.floor(sorted.length / 40);
  const [low, high] = [sorted[cut] as number, sorted[sorted.length - cut - 1] as number];
  return { mean: meanOf(sorted), low, high, half: (high - low) / 2 };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
