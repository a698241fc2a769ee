import { randomStream } from "../random.ts";
import { finishedTexts } from "./finished.ts";
import { finish, type Hypothesis, type Path, type ScoreOptions } from "./hypothesis.ts";
import { draw, nextTokens, type SamplingOptions } from "./sampling.ts";
import type { OnStep } from "./so-far.ts";
import type { Stepper } from "./stepper.ts";

export interface SampleOptions extends SamplingOptions, ScoreOptions {
  /** Same seed, same translation of a sentence, whatever the rest of the batch. Default 42. */
  readonly seed?: number;
  /** The text by which hypotheses are compared: see `BeamOptions`. A repeated text is drawn again. */
  readonly textOf?: ((ids: readonly number[]) => string) | undefined;
  /** Told each text that is drawn, after each of its tokens. */
  readonly onStep?: OnStep | undefined;
}

export interface DrawOptions extends SamplingOptions, Omit<ScoreOptions, "best"> {
  /** The random numbers of a draw, uniform in [0, 1). */
  readonly uniform: (draw: Draw) => () => number;
}

/** One text to draw: the n-th text of a source. */
export interface Draw {
  readonly sentence: number;
  readonly n: number;
}

/** A token drawn; the last one of a text comes with the text. */
export interface Drawn extends Draw {
  /** Undefined where all tokens were forbidden and the text ended as it was. */
  readonly token: number | undefined;
  readonly text?: Hypothesis;
  /** What is drawn so far. */
  readonly path: Path;
}

/** Most rounds of draws; each after the first replaces repeated texts. */
const ROUNDS = 4;

/**
 * Draws translations token by token instead of searching for the best one.
 *
 * @param stepper  A stepper of all scores (`candidates: "all"`), constrained or not.
 * @returns `best` hypotheses for each source, best first; the score is the model's, whatever the temperature.
 */
export async function sampleSearch(
  stepper: Stepper,
  sources: readonly ArrayLike<number>[],
  options: SampleOptions,
): Promise<Hypothesis[][]> {
  const { best = 1, seed = 42, textOf, onStep } = options;
  const finished = sources.map(() => finishedTexts(textOf));
  const uniform = ({ sentence, n }: Draw): (() => number) =>
    randomStream(seed, `sample ${n} ${Array.from(sources[sentence] ?? []).join()}`);
  const counts = sources.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const draws = finished.flatMap(({ size }, sentence) =>
      Array.from({ length: Math.max(0, best - size) }, () => ({
        sentence,
        n: (counts[sentence] as number)++,
      })),
    );
    if (draws.length === 0) break;
    for await (const step of drawTexts(stepper, sources, draws, { ...options, uniform }))
      for (const { sentence, text, path } of step) {
        if (text) finished[sentence]?.add(text);
        if (onStep) await onStep({ sentence, best: finish(path, options), settled: path.length });
      }
  }
  return finished.map((texts) => texts.best(best));
}

/**
 * Draws texts side by side, one token of each per step. The caller may stop reading at any step.
 *
 * @param draws  The draws of one source must be adjacent.
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
  let alive = draws.map((draw) => {
    const limit = Math.max(1, maxLength(sources[draw.sentence]?.length ?? 0, draw.sentence));
    return { draw, uniform: options.uniform(draw), path: root, row: draw.sentence, limit };
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
      for (const [row, text] of alive.entries()) {
        const scores = logProbabilities.subarray(row * vocabulary, (row + 1) * vocabulary);
        const token = draw(nextTokens(scores, options), text.uniform());
        const logProbability = text.path.logProbability + (scores[token] as number);
        // All tokens are forbidden: the text ends as it is.
        if (logProbability === -Infinity) {
          step.push({ ...text.draw, token: undefined, path: text.path, text: finish(text.path, options) });
          continue;
        }
        const path = { token, before: text.path, length: text.path.length + 1, logProbability };
        const isDone = token === end || path.length >= text.limit;
        step.push({ ...text.draw, token, path, ...(isDone ? { text: finish(path, options) } : {}) });
        if (!isDone) next.push({ ...text, path, row });
      }
      alive = next;
      yield step;
    }
  } finally {
    decoding.end();
  }
}
