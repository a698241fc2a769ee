/** A training in a worker of its own, and what can be asked of it. */
import { openEngine } from "heed";
import type { StopReason } from "heed/training";
import type { Files } from "./files.ts";
import { openTraining, type Training } from "./train.ts";
import type { TrainingEvent } from "./training-history.ts";
import type { Setup } from "./training-setup.ts";
import { keep, loadKept } from "./training-store.ts";

let training: Training | undefined;
/** Ends the claim of this tab on training. */
let release: (() => void) | undefined;

const opened = (): Training => {
  if (!training) throw new Error("nothing is being trained");
  return training;
};

export const trainingRequests = {
  /**
   * Opens a training, or the kept one if there is no setup.
   *
   * @throws when another tab trains: both would be kept in one place.
   */
  open: async (setup: Setup | undefined, tell: (event: TrainingEvent) => void): Promise<void> => {
    close();
    release = await claim();
    try {
      const saved = setup ? undefined : await loadKept();
      const chosen = setup ?? saved?.setup;
      if (!chosen) throw new Error("there is no training to go on with");
      const engine = await openEngine("auto", {
        onWarning: (text) => tell({ kind: "message", text }),
      });
      training = await openTraining({
        engine,
        setup: chosen,
        saved,
        tell,
        save: async (now) => {
          const { step } = now.position;
          // Training goes on without being kept.
          const fault = await keep(now).then(
            () => undefined,
            (error: Error) => error.message,
          );
          tell({ kind: "saved", step, ...(fault === undefined ? {} : { fault }) });
        },
      });
    } catch (error) {
      close();
      throw error;
    }
  },
  run: (): Promise<StopReason> => opened().run(),
  pause: (): void => opened().pause(),
  files: (): Promise<Files> => opened().files(),
  close: (): void => close(),
};
export type TrainingRequests = typeof trainingRequests;

function close(): void {
  training?.close();
  training = undefined;
  release?.();
  release = undefined;
}

/** @returns what gives the claim back */
function claim(): Promise<() => void> {
  return new Promise((resolve, reject) => {
    void navigator.locks.request("heed-training", { ifAvailable: true }, (lock) => {
      if (!lock) {
        reject(new Error("another tab of this browser is training; end it there first"));
        return undefined;
      }
      return new Promise<void>((end) => resolve(end));
    });
  });
}
