/** Training in a page: in slices of a few seconds, after each of which the model is looked at and saved. */
import { parseConfig, printConfig } from "heed/config";
import { decodeSafetensors, encodeSafetensors } from "heed/formats";
import { type Engine, readEntries } from "heed/runtime";
import type { RunFiles } from "heed/tasks";
import { type Position, START, type StopReason, train } from "heed/training";
import { learnable } from "./learnable.ts";
import { ownFiles, ownOf } from "./text-corpus.ts";
import { type History, metricsOf, resultOf, type Saved, type TrainingEvent } from "./training-history.ts";
import { configText, type Setup } from "./training-setup.ts";

export interface TrainingOptions {
  readonly engine: Engine;
  readonly setup: Setup;
  /** A training to go on with. */
  readonly saved?: Saved | undefined;
  readonly tell: (event: TrainingEvent) => void;
  /** Called after every slice; what it throws ends the training. */
  readonly save: (saved: Saved) => Promise<void>;
}

export interface Training {
  /** Trains until all updates are done, or until `pause`. */
  readonly run: () => Promise<StopReason>;
  /** Ends `run` after the update that is being made. */
  readonly pause: () => void;
  /** The files of a run directory: the best model so far. */
  readonly files: () => Promise<Map<string, Uint8Array>>;
  readonly close: () => void;
}

/** Length of a slice in seconds: a twentieth of the time trained, so that looks are dense while much changes. */
const sliceOf = (trained: number): number => Math.min(30, Math.max(2, trained / 20));

/** @throws what the configuration and the data are refused for. */
export async function openTraining(options: TrainingOptions): Promise<Training> {
  const { engine, setup, saved, tell } = options;
  const config = parseConfig(configText(setup), "training");
  const own = ownOf(setup);
  const say = (text: string): void => tell({ kind: "message", text });
  const { prepared, watching } = await learnable(config, own, say, saved && runFiles(saved.files));
  const learner = await prepared.open(engine, saved && decodeSafetensors(saved.weights, "the saved weights"));
  const { state, weights, moments, parameterCount } = learner.step;
  if (saved) {
    const stored = decodeSafetensors(saved.moments, "the saved moments");
    for (const [name, { data }] of stored) state.write(name, data);
  }
  const { watched, watch } = await watching({ engine, state }, runFiles(prepared.files), setup.sentence);
  const history: History = saved
    ? structuredClone(saved.history)
    : { updates: [], validations: [], snapshots: [] };
  const { training, model } = config;
  const totalSteps = training.steps ?? 0;
  const schedule = { ...training, totalSteps, dModel: model.dModel };
  let position: Position | undefined = saved?.position;
  let seconds = saved?.seconds ?? 0;
  let best = saved?.best;
  let slice: AbortController | undefined;
  let isPaused = false;

  const encoded = async (names: readonly string[]): Promise<Uint8Array> =>
    encodeSafetensors(await readEntries(state, names));
  const look = async (step: number): Promise<void> => {
    if (history.snapshots.at(-1)?.step === step) return;
    const snapshot = { step, seconds, sights: await watch.see() };
    history.snapshots.push(snapshot);
    tell({ kind: "snapshot", snapshot });
  };
  /** Trains for some seconds. */
  const trainSlice = async (): Promise<StopReason> => {
    const [controller, began, before] = [new AbortController(), performance.now(), seconds];
    slice = controller;
    const length = sliceOf(seconds);
    const result = await train({
      ...training,
      step: learner.step,
      batches: learner.batches,
      validate: learner.validate,
      schedule,
      from: position ?? START,
      signal: controller.signal,
      onStep: async ({ seconds: took, share: _, ...update }) => {
        seconds = before + (performance.now() - began) / 1000;
        history.updates.push(update);
        tell({ kind: "update", update, took, seconds });
        if (seconds - before >= length) controller.abort();
        // Lets what the page asks for through.
        await new Promise((resolve) => setTimeout(resolve));
      },
      onValidation: ({ step, epoch, loss, scores }) => {
        const validation = { step, epoch, loss, ...scores };
        history.validations.push(validation);
        tell({ kind: "validation", validation });
      },
      onCheckpoint: async (_, isBest) => {
        if (isBest) best = await encoded(weights);
      },
    });
    position = result.position;
    return result.reason;
  };
  const save = async (at: Position): Promise<void> =>
    options.save({
      setup,
      files: prepared.files,
      position: at,
      seconds,
      weights: await encoded(weights),
      moments: await encoded(moments),
      best,
      history,
    });

  tell({
    kind: "opened",
    device: engine.description,
    parameters: parameterCount,
    totalSteps,
    setup,
    config: configText(setup),
    watched,
    history,
    seconds,
  });
  if (!saved) await look(0);
  return {
    run: async () => {
      isPaused = false;
      for (;;) {
        const reason = await trainSlice();
        if (position) {
          await look(position.step);
          await save(position);
        }
        if (reason !== "signal" || isPaused) return reason;
      }
    },
    pause: () => {
      isPaused = true;
      slice?.abort();
    },
    files: async () => {
      const texts = {
        "config.yaml": printConfig(config),
        "metrics.jsonl": metricsOf(history),
        ...jsonOf({
          ...prepared.files,
          "result.json": resultOf(history, { seconds, parameters: parameterCount }),
        }),
        ...ownFiles(setup, own),
      };
      const utf8 = new TextEncoder();
      return new Map([
        ["model.safetensors", best ?? (await encoded(weights))],
        ...Object.entries(texts).map(([name, text]) => [name, utf8.encode(text)] as const),
      ]);
    },
    close: () => {
      watch.close();
      learner.close();
    },
  };
}

const runFiles = (files: Readonly<Record<string, unknown>>): RunFiles => ({
  where: "training",
  has: (name) => name in files,
  json: (name) => files[name],
});

const jsonOf = (files: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [name, `${JSON.stringify(content)}\n`]));
