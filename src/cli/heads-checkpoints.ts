import { heedError } from "../errors.ts";
import { type HeadSurvey, type HeadSurveyOptions, surveyHeads } from "../inspect/heads/survey.ts";
import { loadCheckpoint, validatedCheckpoints } from "../runs/checkpoints.node.ts";

/** The heads of a run as they were at a step of its training. */
export interface SurveyedCheckpoint {
  readonly step: number;
  readonly survey: HeadSurvey;
}

/** The checkpoints of a run. @throws ERR_INPUT where there are fewer than two to compare */
export function checkpointsOf(run: string): { readonly step: number; readonly path: string }[] {
  const all = validatedCheckpoints(run);
  if (all.length > 1) return all;
  const cause = `the run keeps ${all.length === 1 ? "one checkpoint" : "no checkpoints"}`;
  const remedy = "train with training.keep of 10 or more";
  throw heedError("ERR_INPUT", { where: "--over-checkpoints", cause, remedy });
}

/** Surveys each checkpoint on the same examples: where heads look, and the loss without each. */
export async function surveyCheckpoints(
  checkpoints: readonly { readonly step: number; readonly path: string }[],
  options: HeadSurveyOptions,
): Promise<SurveyedCheckpoint[]> {
  const surveyed: SurveyedCheckpoint[] = [];
  for (const [i, { step, path }] of checkpoints.entries()) {
    const survey = await surveyHeads({
      ...options,
      weights: loadCheckpoint(path).model,
      contrasts: [],
      onProgress: (done, total) => options.onProgress?.(i * total + done, checkpoints.length * total),
    });
    surveyed.push({ step, survey });
  }
  return surveyed;
}
