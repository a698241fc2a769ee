import type { Stepper } from "./stepper.ts";

export interface BeamOptions {
  /** Hypotheses kept at each step; 1 is greedy. At most half the stepper's candidates. Default 4. */
  readonly beam?: number;
  /** Strength of the length penalty, 0 for none. Default 0.6. */
  readonly alpha?: number;
  /** Finished hypotheses returned per sentence, best first. Default 1. */
  readonly best?: number;
  /** Longest output in tokens, as a function of the source's length in tokens. Default 2 · length + 10. */
  readonly maxLength?: (sourceLength: number) => number;
  /** Id of <s>, which starts every hypothesis, and of </s>, which ends it. */
  readonly start: number;
  readonly end: number;
}

export interface Hypothesis {
  /** Ids without <s>; the last is </s> unless the length limit cut it off. */
  readonly ids: readonly number[];
  /** Log probability, </s> included, divided by the length penalty. */
  readonly score: number;
  readonly logProbability: number;
}

/** A path through the search, shared by all that continue it. */
interface Path {
  readonly token: number;
  readonly before: Path | undefined;
  readonly length: number;
  readonly logProbability: number;
}

/** What is alive of one sentence. */
interface Sentence {
  readonly index: number;
  readonly limit: number;
  /** Alive hypotheses, best first, and the row of the last step each stands in. */
  alive: { path: Path; row: number }[];
  readonly finished: Hypothesis[];
}

/**
 * The length penalty of Wu et al. 2016, Eq. 14: ((5 + length) / 6)^alpha, length counting </s>.
 *
 * @see https://arxiv.org/abs/1609.08144
 */
export function lengthPenalty(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}

/**
 * Beam search over a batch. A sentence stops when no hypothesis alive can still beat those finished, or at its length
 * limit, where what is alive stands in for missing finished ones; it then leaves the batch. A beam of 1 is greedy
 * search: the likeliest token, until that is </s>.
 *
 * @returns for every source, in order, up to `best` hypotheses, best first.
 */
export async function beamSearch(
  stepper: Stepper,
  sources: readonly ArrayLike<number>[],
  options: BeamOptions,
): Promise<Hypothesis[][]> {
  const {
    beam = 4,
    alpha = 0.6,
    best = 1,
    maxLength = (n: number): number => 2 * n + 10,
    start,
    end,
  } = options;
  const root: Path = { token: start, before: undefined, length: 0, logProbability: 0 };
  const sentences = sources.map(
    (source, index): Sentence => ({
      index,
      limit: Math.max(1, maxLength(source.length)),
      alive: [{ path: root, row: index }],
      finished: [],
    }),
  );
  if (sources.length === 0) return [];
  const decoding = await stepper.start(sources);
  try {
    for (let active = sentences; active.length > 0; active = active.filter(({ alive }) => alive.length > 0)) {
      const rows = active.flatMap((sentence) =>
        sentence.alive.map(({ path, row }) => ({ sentence, path, row })),
      );
      const candidates = await decoding.step(
        Int32Array.from(rows, ({ row }) => row),
        Int32Array.from(rows, ({ sentence }) => sentence.index),
        Int32Array.from(rows, ({ path }) => path.token),
      );
      let row = 0;
      for (const sentence of active) {
        const extended: { path: Path; row: number }[] = [];
        for (const { path } of sentence.alive) {
          for (let c = row * stepper.candidates; c < (row + 1) * stepper.candidates; c++) {
            const logProbability = path.logProbability + (candidates.logProbabilities[c] as number);
            const token = candidates.tokens ? (candidates.tokens[c] as number) : c - row * stepper.candidates;
            extended.push({ path: { token, before: path, length: path.length + 1, logProbability }, row });
          }
          row++;
        }
        advance(sentence, extended, { beam, alpha, best, end });
      }
    }
  } finally {
    decoding.end();
  }
  return sentences.map(({ finished }) => finished.sort((a, b) => b.score - a.score).slice(0, best));
}

/** Keeps the best `beam` extensions, sets aside those that end, and decides whether to go on. */
function advance(
  sentence: Sentence,
  extended: { path: Path; row: number }[],
  { beam, alpha, best, end }: { beam: number; alpha: number; best: number; end: number },
): void {
  extended.sort((a, b) => b.path.logProbability - a.path.logProbability);
  sentence.alive = [];
  // An ending counts only among the 2 · beam best, as any extension would; greedy search looks at the best alone.
  for (const candidate of extended.slice(0, beam === 1 ? 1 : 2 * beam)) {
    if (candidate.path.token === end) sentence.finished.push(finish(candidate.path, alpha));
    else if (sentence.alive.length < beam) sentence.alive.push(candidate);
  }
  const [leader] = sentence.alive;
  if (!leader) return;
  if (leader.path.length >= sentence.limit) {
    if (sentence.finished.length < best)
      for (const { path } of sentence.alive) sentence.finished.push(finish(path, alpha));
    sentence.alive = [];
    return;
  }
  if (sentence.finished.length < Math.max(best, 1)) return;
  const scores = sentence.finished.map(({ score }) => score).sort((a, b) => b - a);
  // Log probabilities only fall, and the penalty is largest at the limit: nothing alive can score above this.
  const reachable =
    leader.path.logProbability / lengthPenalty(alpha > 0 ? sentence.limit : leader.path.length, alpha);
  if ((scores[best - 1] as number) >= reachable) sentence.alive = [];
}

function finish(path: Path, alpha: number): Hypothesis {
  const ids: number[] = [];
  for (let at: Path | undefined = path; at?.before; at = at.before) ids.push(at.token);
  return {
    ids: ids.reverse(),
    score: path.logProbability / lengthPenalty(path.length, alpha),
    logProbability: path.logProbability,
  };
}
