import { type Finished, finishedTexts } from "./finished.ts";
import { finish, type Hypothesis, lengthPenalty, type Path, type ScoreOptions } from "./hypothesis.ts";
import { type OnStep, soFarOf } from "./so-far.ts";
import type { Candidates, Stepper } from "./stepper.ts";

export interface BeamOptions extends ScoreOptions {
  /** Hypotheses kept at each step; 1 is greedy. At most half the stepper's candidates. Default 4. */
  readonly beam?: number;
  /**
   * Tokens within which a live hypothesis must still be able to beat the finished ones, were they certain; else the search of
   * its sentence ends. Infinity: as many as the length limit allows, which misses nothing. Default 4.
   */
  readonly lookahead?: number | undefined;
  /**
   * The text by which hypotheses are compared: of those with equal texts only the best is returned, and the search goes
   * on for different ones. If it finds too few, the repeats fill up `best`. Default: all hypotheses differ.
   */
  readonly textOf?: ((ids: readonly number[]) => string) | undefined;
  /** Aborting it ends the search with the hypotheses finished so far. */
  readonly signal?: AbortSignal | undefined;
  /** Asked before each step; a sentence that is no longer wanted leaves the batch. Default: all are. */
  readonly isWanted?: ((sentence: number) => boolean) | undefined;
  /** Told the hypotheses of each sentence after each of its steps. */
  readonly onStep?: OnStep | undefined;
}

/** A live hypothesis and its row in the last step. */
interface Alive {
  readonly path: Path;
  readonly row: number;
}

/** The state of the search for one sentence. */
interface Sentence {
  readonly index: number;
  readonly limit: number;
  /** Best first. */
  alive: readonly Alive[];
  readonly finished: Finished;
}

/**
 * Beam search over a batch. A sentence leaves the batch when no live hypothesis can beat the finished ones within a few
 * tokens, or at its length limit, where live hypotheses make up for missing finished ones. A beam of 1 is greedy search: it takes the
 * most likely token until that is </s>.
 *
 * @param stepper  Must return candidates with their tokens, best first: not a stepper of "all" candidates.
 * @returns for each source, in order, up to `best` hypotheses, best first.
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
      limit: Math.max(1, maxLength(source.length, index)),
      alive: [{ path: root, row: index }],
      finished: finishedTexts(options.textOf),
    }),
  );
  if (sources.length === 0) return [];
  // </s> counts only among the 2 · beam best extensions; greedy search considers only the best.
  const wanted = beam === 1 ? 1 : 2 * beam;
  const decoding = await stepper.start(sources);
  try {
    for (let active = sentences; active.length > 0; active = active.filter(({ alive }) => alive.length > 0)) {
      if (options.signal?.aborted) break;
      if (options.isWanted) active = active.filter(({ index }) => options.isWanted?.(index));
      if (active.length === 0) break;
      const rows = active.reduce((sum, { alive }) => sum + alive.length, 0);
      const from = new Int32Array(rows);
      const sentenceOf = new Int32Array(rows);
      const tokens = new Int32Array(rows);
      let place = 0;
      for (const { index, alive } of active) {
        for (const { path, row } of alive) {
          from[place] = row;
          sentenceOf[place] = index;
          tokens[place++] = path.token;
        }
      }
      const candidates = await decoding.step(from, sentenceOf, tokens);
      let row = 0;
      for (const sentence of active) {
        const first = row;
        row += sentence.alive.length;
        const extensions = bestExtensions(sentence.alive, candidates, first, wanted);
        advance(sentence, extensions, options);
      }
      if (options.onStep) await tell(options.onStep, active, options);
    }
  } finally {
    decoding.end();
  }
  return sentences.map(({ finished }) => finished.best(best));
}

async function tell(onStep: OnStep, active: readonly Sentence[], options: BeamOptions): Promise<void> {
  for (const { index, alive, finished } of active) {
    const paths = alive.map(({ path }) => path);
    const soFar = soFarOf(index, paths, finished, options);
    if (soFar) await onStep(soFar);
  }
}

/** A hypothesis extended by one token; it becomes a path only if chosen. */
interface Extension {
  readonly before: Path;
  readonly row: number;
  readonly token: number;
  readonly logProbability: number;
}

/** The `wanted` most likely extensions, best first: a merge of each hypothesis's candidates, which are sorted. */
function bestExtensions(
  alive: readonly Alive[],
  { each, tokens, logProbabilities }: Candidates,
  first: number,
  wanted: number,
): Extension[] {
  const used = new Uint32Array(alive.length);
  const chosen: Extension[] = [];
  while (chosen.length < wanted) {
    let best = -1;
    let logProbability = -Infinity;
    for (let i = 0; i < alive.length; i++) {
      if (used[i] === each) continue;
      const at = (first + i) * each + (used[i] as number);
      const extended = (alive[i] as Alive).path.logProbability + (logProbabilities[at] as number);
      if (extended > logProbability) {
        best = i;
        logProbability = extended;
      }
    }
    // No allowed extension is left.
    if (best < 0) break;
    const row = first + best;
    const at = row * each + (used[best] as number);
    used[best] = (used[best] as number) + 1;
    chosen.push({
      before: (alive[best] as Alive).path,
      row,
      token: (tokens as Int32Array)[at] as number,
      logProbability,
    });
  }
  return chosen;
}

/** Keeps the best `beam` extensions, sets finished ones aside and decides whether to go on. */
function advance(sentence: Sentence, extensions: readonly Extension[], options: BeamOptions): void {
  const { beam = 4, lookahead = 4, alpha = 0.6, lengthPenalty: kind = "gnmt", best = 1, end } = options;
  const before = sentence.alive;
  const alive: Alive[] = [];
  for (const { before, row, token, logProbability } of extensions) {
    if (token !== end && alive.length === beam) continue;
    const path = { token, before, length: before.length + 1, logProbability };
    if (token === end) sentence.finished.add(finish(path, options));
    else alive.push({ path, row });
  }
  sentence.alive = [];
  const [leader] = alive;
  if (!leader) {
    // No token is allowed: fall back on what was written so far.
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
    // Log probabilities only fall and the penalty grows with the length, so no live hypothesis scores higher until then.
    const longest = alpha > 0 ? Math.min(sentence.limit, leader.path.length + lookahead) : leader.path.length;
    const reachable = leader.path.logProbability / lengthPenalty(longest, alpha, kind);
    if (worst >= reachable) return;
  }
  sentence.alive = alive;
}
