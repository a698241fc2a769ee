/** What a search has written, told while it goes on. */
import type { Finished } from "./finished.ts";
import { finish, type Hypothesis, type Path, type ScoreOptions } from "./hypothesis.ts";

/** The hypotheses of one sentence after a step. */
export interface SoFar {
  readonly sentence: number;
  /** The one with the best score, finished or not. */
  readonly best: Hypothesis;
  /** With how many of its tokens every hypothesis begins that can still become the best. */
  readonly settled: number;
}

/** A promise that it returns is waited for before the next step. */
export type OnStep = (soFar: SoFar) => void | Promise<void>;

/** @param alive  Hypotheses that are still written. */
export function soFarOf(
  sentence: number,
  alive: readonly Path[],
  finished: Finished,
  options: Pick<ScoreOptions, "alpha" | "lengthPenalty">,
): SoFar | undefined {
  const [done] = finished.best(1);
  const all = [...(done ? [done] : []), ...alive.map((path) => finish(path, options))];
  if (all.length === 0) return undefined;
  const best = all.reduce((first, one) => (one.score > first.score ? one : first));
  const parts = best.ids.findIndex((id, i) => all.some(({ ids }) => ids[i] !== id));
  return { sentence, best, settled: parts < 0 ? best.ids.length : parts };
}
