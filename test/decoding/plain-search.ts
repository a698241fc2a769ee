/** Searches that share nothing with the one they are held against: no batches, no state, no early stop. */
export const START = 0;
export const END = 1;

/** Log probabilities of the next token after a prefix (without <s>) for a source. */
export type LanguageModel = (source: readonly number[], prefix: readonly number[]) => Float32Array;

export interface Scored {
  readonly ids: readonly number[];
  readonly logProbability: number;
  readonly score: number;
}

export const scored = (ids: readonly number[], logProbability: number, alpha: number): Scored => ({
  ids,
  logProbability,
  score: logProbability / ((5 + ids.length) / 6) ** alpha,
});

export const byScore = (a: Scored, b: Scored): number => b.score - a.score;

/** Beam search by the book, which never stops early: the best 2 · beam extensions, of which those that end are done; greedy search looks at the best alone. */
export async function plainBeam(
  model: (...context: Parameters<LanguageModel>) => Float32Array | Promise<Float32Array>,
  source: readonly number[],
  {
    beam,
    alpha,
    best,
    limit,
    end = END,
  }: { beam: number; alpha: number; best: number; limit: number; end?: number },
): Promise<Scored[]> {
  const done: Scored[] = [];
  let alive = [{ ids: [] as number[], logProbability: 0 }];
  for (let length = 1; length <= limit && alive.length > 0; length++) {
    const extensions: typeof alive = [];
    for (const { ids, logProbability } of alive) {
      (await model(source, ids)).forEach((p, token) => {
        extensions.push({ ids: [...ids, token], logProbability: logProbability + p });
      });
    }
    const kept = extensions
      .sort((a, b) => b.logProbability - a.logProbability)
      .slice(0, beam === 1 ? 1 : 2 * beam);
    for (const { ids, logProbability } of kept)
      if (ids.at(-1) === end) done.push(scored(ids, logProbability, alpha));
    alive = kept.filter(({ ids }) => ids.at(-1) !== end).slice(0, beam);
  }
  if (done.length < best)
    done.push(...alive.map(({ ids, logProbability }) => scored(ids, logProbability, alpha)));
  return done.sort(byScore).slice(0, best);
}
