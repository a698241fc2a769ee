/** The training as the page knows it, and what a person can do with it. */
import { computed, signal } from "@preact/signals";
import { proxy, type Remote, wrap } from "comlink";
import { messageOf, openFolder } from "../../model/client.ts";
import type { Files } from "../../model/files.ts";
import type { TrainingEvent, Update, Validated } from "../../model/training-history.ts";
import type { TrainingRequests } from "../../model/training-session.ts";
import type { Setup } from "../../model/training-setup.ts";
import { forget, type KeptTraining, kept as readKept } from "../../model/training-store.ts";
import type { Snapshot } from "../../model/watch.ts";
import { zip } from "../../model/zip.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";

export type Phase = "idle" | "opening" | "training" | "pausing" | "paused" | "done";

/** A person's own pairs or text. */
export const own = signal("");
/** What is chosen: the address holds all of it but what a person gives to learn from. */
export const setup = computed((): Setup => {
  const { corpus, rung, size, without, guided, updates, watched } = view.value;
  return { corpus, own: own.value, rung, size, without, guided, steps: updates, sentence: watched };
});

export function choose({ own: given, steps, sentence, ...change }: Partial<Setup>): void {
  if (given !== undefined) own.value = given;
  show({
    ...change,
    ...(steps === undefined ? {} : { updates: steps }),
    ...(sentence === undefined ? {} : { watched: sentence }),
  });
}

export const phase = signal<Phase>("idle");
/** Why training could not begin, or ended. */
export const trainingFault = signal("");
/** What training says while it begins, newest last. */
export const messages = signal<readonly string[]>([]);
export const opened = signal<Extract<TrainingEvent, { kind: "opened" }> | undefined>(undefined);
export const updates = signal<readonly Update[]>([]);
export const validations = signal<readonly Validated[]>([]);
export const snapshots = signal<readonly Snapshot[]>([]);
export const saved = signal<Extract<TrainingEvent, { kind: "saved" }> | undefined>(undefined);
/** What the browser has kept of a training before. */
export const kept = signal<KeptTraining | undefined>(undefined);
/** Time trained, in seconds. */
export const seconds = signal(0);
/** Whether what is trained is a language model. */
export const isText = computed(() => opened.value?.setup.corpus === "text");
/** The snapshot that is looked at; undefined follows the newest. */
export const lookedAt = signal<number | undefined>(undefined);

/** Tokens and seconds of the last updates of this page. */
const recent = signal<readonly { readonly tokens: number; readonly took: number }[]>([]);
/** Where this page began. */
const began = signal({ step: 0, seconds: 0 });

export const tokensPerSecond = computed(() => {
  const total = { tokens: 0, took: 0 };
  for (const { tokens, took } of recent.value) {
    total.tokens += tokens;
    total.took += took;
  }
  return total.took > 0 ? total.tokens / total.took : undefined;
});

/** Time left, in seconds, at the pace of this page. */
export const secondsLeft = computed(() => {
  const step = updates.value.at(-1)?.step ?? 0;
  const done = step - began.value.step;
  const left = (opened.value?.totalSteps ?? 0) - step;
  return done > 2 ? (left * (seconds.value - began.value.seconds)) / done : undefined;
});

export const shownIndex = computed(() =>
  Math.min(lookedAt.value ?? Number.POSITIVE_INFINITY, snapshots.value.length - 1),
);
export const shown = computed(() => snapshots.value[shownIndex.value]);

let remote: Remote<TrainingRequests> | undefined;

const worker = (): Remote<TrainingRequests> => {
  remote ??= wrap<TrainingRequests>(
    new Worker(new URL("../../model/training-worker.ts", import.meta.url), { type: "module" }),
  );
  return remote;
};

function take(event: TrainingEvent): void {
  switch (event.kind) {
    case "message":
      messages.value = [...messages.value, event.text];
      break;
    case "opened":
      opened.value = event;
      choose(event.setup);
      updates.value = event.history.updates;
      validations.value = event.history.validations;
      snapshots.value = event.history.snapshots;
      seconds.value = event.seconds;
      began.value = { step: event.history.updates.at(-1)?.step ?? 0, seconds: event.seconds };
      break;
    case "update":
      updates.value = [...updates.value, event.update];
      recent.value = [...recent.value.slice(-29), { tokens: event.update.tokens, took: event.took }];
      seconds.value = event.seconds;
      break;
    case "validation":
      validations.value = [...validations.value, event.validation];
      break;
    case "snapshot":
      snapshots.value = [...snapshots.value, event.snapshot];
      break;
    case "saved":
      saved.value = event;
      break;
  }
}

/** Trains what is chosen, or goes on with what was kept. */
async function begin(chosen: Setup | undefined): Promise<void> {
  messages.value = [];
  recent.value = [];
  saved.value = undefined;
  opened.value = undefined;
  lookedAt.value = undefined;
  phase.value = "opening";
  await attempt(async () => {
    await worker().open(chosen, proxy(take));
    await train();
  });
}

export const start = (): Promise<void> => begin(setup.peek());
export const continueKept = (): Promise<void> => begin(undefined);
export const goOn = (): Promise<void> => attempt(train);

async function train(): Promise<void> {
  phase.value = "training";
  const reason = await worker().run();
  phase.value = reason === "signal" ? "paused" : "done";
}

export function pause(): void {
  phase.value = "pausing";
  void worker().pause();
}

/** Closes the training, which stays kept, for another. */
export async function leave(): Promise<void> {
  await worker().close();
  opened.value = undefined;
  phase.value = "idle";
  await lookForKept();
}

export async function discard(): Promise<void> {
  await forget();
  kept.value = undefined;
}

export async function lookForKept(): Promise<void> {
  kept.value = await readKept();
}

/** Opens the trained model in the other views. */
export const useModel = (): Promise<void> =>
  attempt(async () => {
    const sentence = opened.peek()?.watched[0]?.source ?? "";
    await openFolder({ name: text.train.ownModel, files: await worker().files() });
    show({
      view: isText.peek() ? "language" : "translate",
      text: sentence,
      forced: [],
      intervene: [],
      off: [],
    });
  });

/** Saves the run directory as a zip archive. */
export const downloadRun = (): Promise<void> => attempt(async () => save("heed-run", await worker().files()));

/** Saves a folder for transformers.js and Python's transformers as a zip archive. */
export const downloadHuggingFace = (): Promise<void> =>
  attempt(async () => save("heed-model", await worker().huggingFace()));

function save(folder: string, files: Files): void {
  const inFolder = new Map([...files].map(([name, bytes]) => [`${folder}/${name}`, bytes]));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([zip(inFolder)], { type: "application/zip" }));
  link.download = `${folder}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function attempt(action: () => Promise<void>): Promise<void> {
  trainingFault.value = "";
  try {
    await action();
  } catch (error) {
    trainingFault.value = messageOf(error);
    if (phase.peek() !== "done") phase.value = opened.peek() ? "paused" : "idle";
  }
}
