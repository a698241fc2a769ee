import { type Finished, finishedTexts } from "./finished.ts";
import { finish, type Hypothesis, lengthPenalty, type Path, type ScoreOptions } from "./hypothesis.ts";
import type { Candidates, Stepper } from "./stepper.ts";

export interface BeamOptions extends ScoreOptions {
  /** Hypotheses kept at each step; 1 is greedy. At most half the stepper's candidates. Default 4. */
  readonly beam?: number;
  /**
   * What hypotheses are told apart by: of those for which it gives the same, only the best is returned, and the search
   * goes on for others. Where it finds none, the rest of `best` is filled up with those. Default: by their ids.
   */
  readonly textOf?: ((ids: readonly number[]) => string) | undefined;
  /** Once aborted, the search ends with what is finished. */
  readonly signal?: AbortSignal | undefined;
}

/** A hypothesis alive, and the row of the last step it stands in. */
interface Alive {
  readonly path: Path;
  readonly row: number;
}

/** What is alive of one sentence. */
interface Sentence {
  readonly index: number;
  readonly limit: number;
  /** Best first. */
  alive: readonly Alive[];
  readonly finished: Finished;
}

/**
 * Beam search over a batch. A sentence stops when no hypothesis alive can still beat those finished, or at its length
 * limit, where what is alive stands in for missing finished ones; it then leaves the batch. A beam of 1 is greedy
 * search: the likeliest token, until that is </s>.
 *
 * @param stepper  One that gives candidates with their tokens, best first: any but one of "all".
 * @returns for every source, in order, up to `best` hypotheses, best first.
 */
export async function beamSearch(
  stepper: Stepper,
  sources: readonly ArrayLike<number>[],
  options: BeamOptions,
): Promise<Hypothesis[][]> {
  const { beam = 4, best = 1, maxLength = (n: number): number => 2 * n + 10, start } = options;
  const root: Path = { token: start, before: undefined, length: 0, logProbability: 0 };
  const sentences = sources.map(
    (source, index): Sentence => ({
      index,
      limit: Math.max(1, maxLength(source.length)),
      alive: [{ path: root, row: index }],
      finished: finishedTexts(options.textOf),
    }),
  );
  if (sources.length === 0) return [];
  // An ending counts only among the 2 · beam best, as any extension would; greedy search looks at the best alone.
  const wanted = beam === 1 ? 1 : 2 * beam;
  const decoding = await stepper.start(sources);
  try {
    for (let active = sentences; active.length > 0; active = active.filter(({ alive }) => alive.length > 0)) {
      if (options.signal?.aborted) break;
      const rows = active.reduce((sum, { alive }) => sum + alive.length, 0);
      const [from, of, tokens] = [new Int32Array(rows), new Int32Array(rows), new Int32Array(rows)];
      let place = 0;
      for (const { index, alive } of active) {
        for (const { path, row } of alive) {
          from[place] = row;
          of[place] = index;
          tokens[place++] = path.token;
        }
      }
      const candidates = await decoding.step(from, of, tokens);
      let row = 0;
      for (const sentence of active) {
        const first = row;
        row += sentence.alive.length;
        advance(sentence, merged(sentence.alive, candidates, first, stepper.candidates, wanted), options);
      }
    }
  } finally {
    decoding.end();
  }
  return sentences.map(({ finished }) => finished.best(best));
}

/** A way on for a hypothesis; a path only once it is chosen. */
interface Extension {
  readonly before: Path;
  readonly row: number;
  readonly token: number;
  readonly logProbability: number;
}

/** The `wanted` likeliest extensions, best first: every hypothesis brings its candidates in order, so they are merged. */
function merged(
  alive: readonly Alive[],
  { tokens, logProbabilities }: Candidates,
  first: number,
  count: number,
  wanted: number,
): Extension[] {
  const taken = new Uint32Array(alive.length);
  const chosen: Extension[] = [];
  while (chosen.length < wanted) {
    let best = -1;
    let logProbability = -Infinity;
    for (let i = 0; i < alive.length; i++) {
      if (taken[i] === count) continue;
      const at = (first + i) * count + (taken[i] as number);
      const extended = (alive[i] as Alive).path.logProbability + (logProbabilities[at] as number);
      if (extended > logProbability) {
        best = i;
        logProbability = extended;
      }
    }
    // Nothing else is allowed.
    if (best < 0) break;
    const row = first + best;
    const at = row * count + (taken[best] as number);
    taken[best] = (taken[best] as number) + 1;
    chosen.push({
      before: (alive[best] as Alive).path,
      row,
      token: (tokens as Int32Array)[at] as number,
      logProbability,
    });
  }
  return chosen;
}

/** Keeps the best `beam` extensions, sets aside those that end, and decides whether to go on. */
function advance(sentence: Sentence, extended: readonly Extension[], options: BeamOptions): void {
  const { beam = 4, alpha = 0.6, lengthPenalty: kind = "gnmt", best = 1, end } = options;
  const before = sentence.alive;
  const alive: Alive[] = [];
  for (const { before, row, token, logProbability } of extended) {
    if (token !== end && alive.length === beam) continue;
    const path = { token, before, length: before.length + 1, logProbability };
    if (token === end) sentence.finished.add(finish(path, options));
    else alive.push({ path, row });
  }
  sentence.alive = [];
  const [leader] = alive;
  if (!leader) {
    // Nothing is allowed any more: what was written so far has to do.
    if (sentence.finished.size === 0)
      for (const { path } of before) sentence.finished.add(finish(path, options));
    return;
  }
  if (leader.path.length >= sentence.limit) {
    if (sentence.finished.size < best)
      for (const { path } of alive) sentence.finished.add(finish(path, options));
    return;
  }
  const worst = sentence.finished.score(Math.max(best, 1));
  if (worst !== undefined) {
    // Log probabilities only fall, and the penalty is largest at the limit: nothing alive can score above this.
    const longest = alpha > 0 ? sentence.limit : leader.path.length;
    const reachable = leader.path.logProbability / lengthPenalty(longest, alpha, kind);
    if (worst >= reachable) return;
  }
  sentence.alive = alive;
}
