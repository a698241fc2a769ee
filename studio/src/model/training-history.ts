/** What is known of a training: told to the page as it happens, and saved with it. */
import type { Position, StepRecord } from "heed/training";
import type { Setup } from "./training-setup.ts";
import type { Snapshot, Watched } from "./watch.ts";

/** An update, without how long it took. */
export type Update = Omit<StepRecord, "seconds" | "share">;

export interface Validated {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  /** Of a translator, on unseen sentences; of a language model, its perplexity. */
  readonly bleu?: number;
  readonly perplexity?: number;
}

export interface History {
  readonly updates: Update[];
  readonly validations: Validated[];
  readonly snapshots: Snapshot[];
}

/** All that another page needs to go on. */
export interface Saved {
  readonly setup: Setup;
  /** Vocabularies, by the names of a run directory. */
  readonly files: Readonly<Record<string, unknown>>;
  readonly position: Position;
  /** Trained so far, in seconds. */
  readonly seconds: number;
  /** safetensors, as are the moments and the best weights so far. */
  readonly weights: Uint8Array;
  readonly moments: Uint8Array;
  readonly best: Uint8Array | undefined;
  readonly history: History;
}

export type TrainingEvent =
  | { readonly kind: "message"; readonly text: string }
  | {
      readonly kind: "opened";
      readonly device: string;
      readonly parameters: number;
      readonly totalSteps: number;
      readonly setup: Setup;
      /** YAML. */
      readonly config: string;
      readonly watched: readonly Watched[];
      readonly history: History;
      readonly seconds: number;
    }
  | {
      readonly kind: "update";
      readonly update: Update;
      /** The update alone, and all training so far, in seconds. */
      readonly took: number;
      readonly seconds: number;
    }
  | { readonly kind: "validation"; readonly validation: Validated }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  /** `fault` says why the step could not be saved. */
  | { readonly kind: "saved"; readonly step: number; readonly fault?: string };

/** result.json of a run directory. */
export function resultOf(
  { updates, validations }: History,
  { seconds, parameters }: { readonly seconds: number; readonly parameters: number },
): object {
  const last = updates.at(-1);
  const tokens = updates.reduce((sum, update) => sum + update.tokens, 0);
  const best = [...validations].sort((a, b) => (b.bleu ?? 0) - (a.bleu ?? 0) || a.loss - b.loss)[0];
  return {
    steps: last?.step ?? 0,
    epochs: last?.epoch ?? 0,
    seconds,
    tokensPerSecond: tokens / seconds,
    loss: last?.loss ?? null,
    valid: { loss: best?.loss ?? null, ...scoresOf(best) },
    reason: "finished",
    parameters,
  };
}

const scoresOf = ({ bleu, perplexity }: Partial<Validated> = {}): object => ({
  ...(bleu === undefined ? {} : { bleu }),
  ...(perplexity === undefined ? {} : { perplexity }),
});

/** metrics.jsonl of a run directory: every tenth update, and every validation. */
export function metricsOf({ updates, validations }: History): string {
  const logged = updates.filter(({ step }) => step === 1 || step % 10 === 0);
  const lines = [
    ...logged.map((update) => ({ kind: "step", ...update })),
    ...validations.map((validation) => ({ kind: "validation", ...validation })),
  ];
  return lines
    .sort((a, b) => a.step - b.step)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}
