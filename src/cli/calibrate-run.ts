import { calibrate } from "../evaluation/calibration.ts";
import { sentenceChrf } from "../evaluation/chrf.ts";
import { RIGHT_CHRF, writeCalibration } from "../runs/calibration-file.node.ts";
import type { Io } from "./io.ts";

/** A translation, its references, and the mean log probability of its tokens. */
export interface ScoredTranslation {
  readonly text: string;
  readonly references: readonly string[];
  readonly meanLogProbability: number;
}

/** Learns how likely a translation with a score is right, and writes it into the run. */
export function calibrateRun(directory: string, translations: readonly ScoredTranslation[], io: Io): void {
  const judged = translations.map(({ text, references, meanLogProbability }) => ({
    score: meanLogProbability,
    isRight: Math.max(...references.map((one) => sentenceChrf(text, [one]).score)) >= RIGHT_CHRF,
  }));
  const path = writeCalibration(directory, calibrate(judged), judged.length);
  const right = judged.filter(({ isRight }) => isRight).length;
  io.say(`${path}: of ${judged.length} translations ${right} are right`);
}
