import { randomStream } from "../random.ts";
import { finish, type Hypothesis, type Path, type ScoreOptions } from "./hypothesis.ts";
import { draw, nextTokens, type SamplingOptions } from "./sampling.ts";
import type { Stepper } from "./stepper.ts";

export interface SampleOptions extends SamplingOptions, ScoreOptions {
  /** Same seed, same translation of a sentence, whatever stands around it. Default 42. */
  readonly seed?: number;
}

/**
 * Draws translations token by token instead of searching for the best one.
 *
 * @param stepper  One of all scores (`candidates: "all"`), constrained or not.
 * @returns `best` hypotheses for every source, best first; the score is the model's, whatever the temperature.
 */
export async function sampleSearch(
  stepper: Stepper,
  sources: readonly ArrayLike<number>[],
  options: SampleOptions,
): Promise<Hypothesis[][]> {
  const { best = 1, maxLength = (n: number): number => 2 * n + 10, start, end, seed = 42 } = options;
  if (sources.length === 0) return [];
  const found: Hypothesis[][] = sources.map(() => []);
  const root: Path = { token: start, before: undefined, length: 0, logProbability: 0 };
  let alive = sources.flatMap((source, sentence) =>
    Array.from({ length: best }, (_, n) => {
      const uniform = randomStream(seed, `sample ${n} ${Array.from(source).join()}`);
      return { sentence, uniform, path: root, row: sentence, limit: Math.max(1, maxLength(source.length)) };
    }),
  );
  const decoding = await stepper.start(sources);
  try {
    while (alive.length > 0) {
      const { logProbabilities } = await decoding.step(
        Int32Array.from(alive, ({ row }) => row),
        Int32Array.from(alive, ({ sentence }) => sentence),
        Int32Array.from(alive, ({ path }) => path.token),
      );
      const vocabulary = stepper.candidates;
      const next: typeof alive = [];
      for (const [row, one] of alive.entries()) {
        const scores = logProbabilities.subarray(row * vocabulary, (row + 1) * vocabulary);
        const token = draw(nextTokens(scores, options), one.uniform());
        const logProbability = one.path.logProbability + (scores[token] as number);
        // Where all is forbidden the text ends as it is.
        const isStuck = logProbability === -Infinity;
        const path = isStuck
          ? one.path
          : { token, before: one.path, length: one.path.length + 1, logProbability };
        if (isStuck || token === end || path.length >= one.limit)
          found[one.sentence]?.push(finish(path, options));
        else next.push({ ...one, path, row });
      }
      alive = next;
    }
  } finally {
    decoding.end();
  }
  return found.map((all) => all.sort((a, b) => b.score - a.score));
}
