import type { Facts } from "../pictures/page.ts";
import type { Score, Task } from "./task.ts";
import { tasks } from "./tasks.ts";

/** The loss and the scores of a model, by key. */
export interface Scores {
  readonly loss: number;
  readonly [score: string]: number;
}

const scores: readonly Score[] = Object.values(tasks).flatMap((task): readonly Score[] => task.scores);

/** The score that a key stands for. */
export const scoreOf = (key: string): Score | undefined => scores.find((score) => score.key === key);

/** `loss 1.234, BLEU 35.6` */
export function validationText({ loss, ...others }: Scores): string {
  const parts = Object.entries(others).flatMap(([key, value]) => {
    const score = scoreOf(key);
    return score ? [`${score.name} ${score.show(value)}`] : [];
  });
  return [`loss ${loss.toFixed(3)}`, ...parts].join(", ");
}

/** The loss and the scores as names and values, for a page. */
export function validationFacts(
  { loss, ...others }: Scores,
  { unit, scores }: Pick<Task, "unit" | "scores">,
): Facts {
  const facts = scores.flatMap(({ key, label, show }) => {
    const value = others[key];
    return value === undefined ? [] : [[label, show(value)] as const];
  });
  return [["Validation loss", `${loss.toFixed(3)} nats per ${unit}`], ...facts];
}
