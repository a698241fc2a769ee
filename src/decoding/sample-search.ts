import { randomStream } from "../random.ts";
import { finishedTexts } from "./finished.ts";
import { finish, type Hypothesis, type Path, type ScoreOptions } from "./hypothesis.ts";
import { draw, nextTokens, type SamplingOptions } from "./sampling.ts";
import type { Stepper } from "./stepper.ts";

export interface SampleOptions extends SamplingOptions, ScoreOptions {
  /** Same seed, same translation of a sentence, whatever stands around it. Default 42. */
  readonly seed?: number;
  /** What hypotheses are told apart by: see `BeamOptions`. A draw that says what another said is drawn again. */
  readonly textOf?: ((ids: readonly number[]) => string) | undefined;
}

export interface DrawOptions extends SamplingOptions, Omit<ScoreOptions, "best"> {
  /** Names the random numbers of a draw. */
  readonly uniform: (draw: Draw) => () => number;
}

/** One text to draw: the n-th of a source. */
export interface Draw {
  readonly sentence: number;
  readonly n: number;
}

/** A token was drawn, and with the last one of a text the text is there. */
export interface Drawn extends Draw {
  /** Undefined where all was forbidden, and the text ended as it was. */
  readonly token: number | undefined;
  readonly text?: Hypothesis;
}

/** Rounds of drawing again what was drawn before. */
const ROUNDS = 4;

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
  const { best = 1, seed = 42, textOf } = options;
  const found = sources.map(() => finishedTexts(textOf));
  const uniform = ({ sentence, n }: Draw): (() => number) =>
    randomStream(seed, `sample ${n} ${Array.from(sources[sentence] ?? []).join()}`);
  const drawn = sources.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const draws = found.flatMap(({ size }, sentence) =>
      Array.from({ length: Math.max(0, best - size) }, () => ({
        sentence,
        n: (drawn[sentence] as number)++,
      })),
    );
    if (draws.length === 0) break;
    for await (const step of drawTexts(stepper, sources, draws, { ...options, uniform }))
      for (const { sentence, text } of step) if (text) found[sentence]?.add(text);
  }
  return found.map((finished) => finished.best(best));
}

/**
 * Texts drawn side by side, a token of each at a time: whoever reads the tokens may stop.
 *
 * @param draws  Those of one source stand side by side.
 */
export async function* drawTexts(
  stepper: Stepper,
  sources: readonly ArrayLike<number>[],
  draws: readonly Draw[],
  options: DrawOptions,
): AsyncGenerator<Drawn[]> {
  const { maxLength = (n: number): number => 2 * n + 10, start, end } = options;
  const root: Path = { token: start, before: undefined, length: 0, logProbability: 0 };
  const vocabulary = stepper.candidates;
  let alive = draws.map((one) => {
    const limit = Math.max(1, maxLength(sources[one.sentence]?.length ?? 0));
    return { draw: one, uniform: options.uniform(one), path: root, row: one.sentence, limit };
  });
  if (alive.length === 0) return;
  const decoding = await stepper.start(sources);
  try {
    while (alive.length > 0) {
      const { logProbabilities } = await decoding.step(
        Int32Array.from(alive, ({ row }) => row),
        Int32Array.from(alive, ({ draw: { sentence } }) => sentence),
        Int32Array.from(alive, ({ path }) => path.token),
      );
      const next: typeof alive = [];
      const step: Drawn[] = [];
      for (const [row, one] of alive.entries()) {
        const scores = logProbabilities.subarray(row * vocabulary, (row + 1) * vocabulary);
        const token = draw(nextTokens(scores, options), one.uniform());
        const logProbability = one.path.logProbability + (scores[token] as number);
        // Where all is forbidden the text ends as it is.
        if (logProbability === -Infinity) {
          step.push({ ...one.draw, token: undefined, text: finish(one.path, options) });
          continue;
        }
        const path = { token, before: one.path, length: one.path.length + 1, logProbability };
        const isDone = token === end || path.length >= one.limit;
        step.push({ ...one.draw, token, ...(isDone ? { text: finish(path, options) } : {}) });
        if (!isDone) next.push({ ...one, path, row });
      }
      alive = next;
      yield step;
    }
  } finally {
    decoding.end();
  }
}
