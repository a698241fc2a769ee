import { rolesOf } from "../inspect/heads/roles.ts";
import type { HeadSurvey, SurveyedHead } from "../inspect/heads/survey.ts";
import type { SurveyedCheckpoint } from "./heads-checkpoints.ts";

/** What `heed heads --json` prints: numbers that do not exist are null. */
export const surveyObject = (
  run: string,
  about: string,
  survey: HeadSurvey,
  checkpoints?: readonly SurveyedCheckpoint[],
): object => ({
  run,
  data: about,
  examples: survey.examples,
  tokens: survey.tokens,
  loss: survey.loss,
  heads: survey.heads.map(headObject),
  attentions: survey.attentions.map(({ place, distances }) => ({
    place: place.path,
    kind: place.kind,
    divergences: distances.divergences,
  })),
  features: survey.features,
  ...(checkpoints ? { checkpoints: checkpoints.map(checkpointObject) } : {}),
});

const headObject = (head: SurveyedHead): object => ({
  place: head.place.path,
  head: head.head + 1,
  name: head.name,
  deltaLoss: head.zero,
  ...(head.mean ? { deltaLossOfMean: head.mean } : {}),
  ...head.statistics,
  nearest: head.nearest ? { ...head.nearest, head: head.nearest.head + 1 } : null,
  identical: head.identical.map((one) => ({ ...one, head: one.head + 1 })),
  silent: head.isSilent,
  features: head.features,
  roles: rolesOf(head),
});

const checkpointObject = ({ step, survey }: SurveyedCheckpoint): object => ({
  step,
  loss: survey.loss,
  heads: survey.heads.map(({ place, head, zero, statistics }) => ({
    place: place.path,
    head: head + 1,
    deltaLoss: zero,
    entropy: statistics.entropy,
    mass: statistics.mass,
    diagonal: statistics.diagonal,
  })),
});
