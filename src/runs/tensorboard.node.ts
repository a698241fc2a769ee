import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../formats/make-folder.node.ts";
import type { StepRecord, ValidationRecord } from "../training/trainer.ts";
import { type EventFile, openEventFile } from "./event-file.node.ts";

/** The folder of a run for TensorBoard. */
export const TENSORBOARD = "tensorboard";

export interface Board {
  readonly onStep: (record: StepRecord) => void;
  readonly onValidation: (record: ValidationRecord) => void;
  readonly close: () => void;
}

/**
 * Writes the numbers of a run as events that TensorBoard shows while it trains: `tensorboard --logdir runs`.
 *
 * @param from  The step that the run goes on from; each start writes a file of its own.
 * @throws ERR_CREATE, ERR_IO
 */
export function openBoard(directory: string, from: number): Board {
  const folder = join(directory, TENSORBOARD);
  makeFolder(folder);
  const began = `${Math.floor(Date.now() / 1000)}`.padStart(10, "0");
  const name = `events.out.tfevents.${began}.${hostname()}.${process.pid}.${from}`;
  const file: EventFile = openEventFile(join(folder, name), from);
  const add = (step: number, group: string, numbers: Readonly<Record<string, number | undefined>>): void => {
    const given = Object.entries(numbers).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    );
    file.add({ step, scalars: new Map(given.map(([tag, value]) => [`${group}/${tag}`, value])) });
  };
  return {
    onStep: ({ step, loss, alignmentLoss, gradientNorm, learningRate, tokens, seconds }) =>
      add(step, "training", {
        loss,
        alignmentLoss,
        gradientNorm,
        learningRate,
        tokensPerSecond: tokens / seconds,
      }),
    onValidation: ({ step, loss, scores }) => add(step, "validation", { loss, ...scores }),
    close: file.close,
  };
}
