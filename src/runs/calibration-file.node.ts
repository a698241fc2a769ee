import { existsSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import type { Calibration } from "../evaluation/calibration.ts";
import { writeAtomically } from "./durable.node.ts";
import { readSmallText } from "./read-file.node.ts";

/** What a run's translations are worth: probabilities of being right, from held-out pairs. */
const CALIBRATION_FILE = "calibration.json";

/** What "right" means in a calibration: a sentence chrF of at least this much against the best reference. */
export const RIGHT_CHRF = 50;

/** Writes a run's calibration. @returns its path */
export function writeCalibration(directory: string, calibration: Calibration, sentences: number): string {
  const path = join(directory, CALIBRATION_FILE);
  const about = { right: `chrF of at least ${RIGHT_CHRF}`, sentences };
  writeAtomically(path, `${JSON.stringify({ ...about, ...calibration })}\n`);
  return path;
}

/** A run's calibration, if it has one. @throws ERR_MODEL for one that is damaged */
export function readCalibration(directory: string): Calibration | undefined {
  const path = join(directory, CALIBRATION_FILE);
  if (!existsSync(path)) return undefined;
  const calibration = parsed(readSmallText(path));
  if (calibration) return calibration;
  const remedy = "remove it, or write it again with heed evaluate --calibrate";
  throw heedError("ERR_MODEL", { where: path, cause: "it is not a calibration", remedy });
}

function parsed(text: string): Calibration | undefined {
  try {
    const { scores, probabilities } = JSON.parse(text) as Partial<Record<keyof Calibration, unknown>>;
    if (!isRising(scores) || !isRising(probabilities) || scores.length !== probabilities.length)
      return undefined;
    if (probabilities.some((each) => each < 0 || each > 1)) return undefined;
    return { scores, probabilities };
  } catch {
    return undefined;
  }
}

const isRising = (values: unknown): values is number[] =>
  Array.isArray(values) &&
  values.length > 0 &&
  values.every((each, i) => Number.isFinite(each) && (i === 0 || each >= values[i - 1]));
