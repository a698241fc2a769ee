import { heedError } from "../errors.ts";
import { type HeadSurveyOptions, surveyHeads } from "../inspect/heads/survey.ts";
import { build } from "../nn/layer.ts";
import { headsPage } from "../pictures/heads-page.ts";
import { openRun } from "../runs/open-run.node.ts";
import { refuseInputAsOutput, writeOutput } from "../runs/output-file.node.ts";
import type { Engine } from "../runtime/engine.ts";
import { taskOf } from "../tasks/tasks.ts";
import { unlessAborted } from "../work.ts";
import { checkpointsOf, surveyCheckpoints } from "./heads-checkpoints.ts";
import { type HeadsInput, surveyInput } from "./heads-input.ts";
import { surveyObject } from "./heads-json.ts";
import { surveyLines } from "./heads-text.ts";
import type { Io } from "./io.ts";
import { progress } from "./progress.ts";

export interface HeadsOptions extends HeadsInput {
  readonly run: string;
  readonly mean: boolean;
  readonly overCheckpoints: boolean;
  readonly out?: string | undefined;
  readonly json: boolean;
}

/** Surveys the heads of a run and prints or draws what was found. */
export async function heads(options: HeadsOptions, io: Io, engine: () => Promise<Engine>): Promise<number> {
  const { out, json } = options;
  for (const [flag, isGiven] of [
    ["--mean", options.mean],
    ["--over-checkpoints", options.overCheckpoints],
  ] as const) {
    if (!isGiven || json || out !== undefined) continue;
    const cause = "has no place in the table";
    throw heedError("ERR_USAGE", { where: flag, cause, remedy: "add --json or --out FILE" });
  }
  if (out !== undefined)
    refuseInputAsOutput(out, [options.source, options.target, options.pairs, options.labelled, options.text]);
  const run = openRun(options.run);
  const checkpoints = options.overCheckpoints ? checkpointsOf(options.run) : [];
  const { examples, contrasts, about } = await surveyInput(run, options);
  const asked: HeadSurveyOptions = {
    engine: await engine(),
    of: run,
    weights: run.weights,
    maxLength: taskOf(run.config).longest(run.config),
    examples,
    contrasts,
    meanAblation: options.mean,
    signal: io.signal,
  };
  const survey = await withProgress(io, "heads", (onProgress) => surveyHeads({ ...asked, onProgress }));
  if (!survey) return 0;
  const over = options.overCheckpoints
    ? await withProgress(io, "checkpoints", (onProgress) =>
        surveyCheckpoints(checkpoints, { ...asked, meanAblation: false, onProgress }),
      )
    : undefined;
  if (io.signal.aborted) return 0;
  if (out !== undefined) {
    const { parameters } = build<unknown>(run.model);
    const weights = [...parameters.values()].reduce(
      (sum, { spec }) => sum + spec.shape.reduce((a, b) => a * b, 1),
      0,
    );
    writeOutput(
      out,
      headsPage({ run: options.run, about, parameters: weights, survey, checkpoints: over ?? [] }),
    );
    io.say(`${out}: ${survey.heads.length} heads on ${about}`);
  }
  if (json) await io.writeLine(JSON.stringify(surveyObject(options.run, about, survey, over)));
  else for (const line of surveyLines(survey, about)) await io.writeLine(line);
  return 0;
}

/** Undefined when a signal came first. */
async function withProgress<T>(
  io: Io,
  title: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T | undefined> {
  let bar: ReturnType<typeof progress> | undefined;
  const onProgress = (done: number, total: number): void => {
    bar ??= progress(io, title, total);
    bar.update(done, `${done} of ${total} forward passes`);
  };
  try {
    return await unlessAborted(work(onProgress), io.signal);
  } finally {
    bar?.end();
  }
}
