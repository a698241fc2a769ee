import { calibrate, type Judged } from "../evaluation/calibration.ts";
import { sentenceChrf } from "../evaluation/chrf.ts";
import { RIGHT_CHRF, writeCalibration } from "../runs/calibration-file.node.ts";
import type { Io } from "./io.ts";

/** A translation and the mean log probability of its tokens. */
export interface ScoredTranslation {
  readonly text: string;
  readonly meanLogProbability: number;
}

/** Whether a translation is right, by its references. */
export const judge = (
  { text, meanLogProbability }: ScoredTranslation,
  references: readonly string[],
): Judged => ({
  score: meanLogProbability,
  isRight: Math.max(...references.map((one) => sentenceChrf(text, [one]).score)) >= RIGHT_CHRF,
});

/** Learns how likely a translation with a score is right, and writes it into the run. */
export function calibrateRun(directory: string, judged: readonly Judged[], io: Io): void {
  const path = writeCalibration(directory, calibrate(judged), judged.length);
  const right = judged.filter(({ isRight }) => isRight).length;
  io.say(`${path}: of ${judged.length} translations ${right} are right`);
}
