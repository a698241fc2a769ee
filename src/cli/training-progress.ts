import type { RunEvents } from "../runs/run-options.ts";
import type { Stage } from "../tasks/task.ts";
import { validationText } from "../tasks/validation-text.ts";
import type { Io } from "./io.ts";
import { type Progress, progress } from "./progress.ts";

const SMOOTHING = 0.05;
const SHOWN_AFTER_MS = 1000;

const stages: Readonly<Record<Stage, string>> = {
  reading: "read",
  vocabulary: "learn the vocabulary",
  encoding: "encode",
  checking: "check what is encoded",
};

/**
 * Shows a run's events as a bar with loss, speed and remaining time, and a line for each validation.
 *
 * @param above  A line shown above the bar.
 */
export function trainingProgress(io: Io, above?: () => string): Required<RunEvents> & { end: () => void } {
  let bar: Progress | undefined;
  let preparing: { readonly stage: Stage; readonly began: number } | undefined;
  let loss: number | undefined;
  let tokens = 0;
  let began = 0;
  let unit = "token";
  const say = (line: string): void => (bar ? bar.note(line) : io.say(line));
  return {
    onMessage: say,
    onPreparing: (stage, done, total) => {
      const now = performance.now();
      if (preparing?.stage !== stage) {
        bar?.end();
        bar = undefined;
        preparing = { stage, began: now };
      }
      // What takes a moment is not shown.
      if (now - preparing.began < SHOWN_AFTER_MS) return;
      bar ??= progress(io, stages[stage], total, done, above);
      bar.update(done, "");
    },
    onCorpus: ({ kept, dropped }) => {
      const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
      const names: Record<string, string> = { tooLong: "too long", ratio: "of odd length ratio" };
      const shown = reasons.map(([reason, count]) => `${count} ${names[reason] ?? reason}`).join(", ");
      say(`${kept} training pairs${shown ? ` (left out: ${shown})` : ""}`);
    },
    onStart: ({ parameters, totalSteps, minutes, from, share, unit: runUnit }) => {
      unit = runUnit;
      const start = from > 0 ? `, from step ${from}` : "";
      bar?.end();
      const length =
        minutes === undefined
          ? `${totalSteps} steps`
          : `${Number(minutes.toFixed(1))} min or ${totalSteps} steps`;
      io.say(`${(parameters / 1e6).toFixed(1)} million parameters, ${length}${start}`);
      bar = progress(io, "train", 1, share, above);
      began = performance.now();
    },
    onStep: (record) => {
      loss = loss === undefined ? record.loss : loss + SMOOTHING * (record.loss - loss);
      tokens += record.tokens;
      const speed = tokens / ((performance.now() - began) / 1000);
      bar?.update(record.share, `loss ${loss.toFixed(3)}  ${Math.round(speed)} ${unit}s/s`);
    },
    onValidation: ({ step, loss, scores }) =>
      say(`step ${step}: validation ${validationText({ loss, ...scores })}`),
    end: () => bar?.end(),
  };
}
