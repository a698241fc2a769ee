/** A training in a worker of its own, and what can be asked of it. */
import { openEngine } from "heed";
import type { StopReason } from "heed/training";
import { exported } from "./hugging-face.ts";
import { openTraining, type Training } from "./train.ts";
import type { Saved, TrainingEvent } from "./training-history.ts";
import type { Setup } from "./training-setup.ts";
import { keep, loadKept } from "./training-store.ts";

interface Session {
  readonly device: string;
  readonly training: Training;
  readonly setup: Setup;
  readonly tell: (event: TrainingEvent) => void;
}

let session: Session | undefined;
/** The training after its last slice. */
let latest: Saved | undefined;
/** Ends the claim of this tab on training. */
let release: (() => void) | undefined;

const opened = (): Session => {
  if (!session) throw new Error("nothing is being trained");
  return session;
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
      latest = setup ? undefined : await loadKept();
      const chosen = setup ?? latest?.setup;
      if (!chosen) throw new Error("there is no training to go on with");
      await openOn("auto", chosen, tell);
    } catch (error) {
      close();
      throw error;
    }
  },
  /** Trains until the end or a pause; on WASM if the graphics card is lost on the way. */
  run: async (): Promise<StopReason> => {
    const { device, training, setup, tell } = opened();
    try {
      return await training.run();
    } catch (error) {
      const { code, message } = error as Error & { readonly code?: string };
      if (device !== "webgpu" || code === "ERR_DIVERGED") throw error;
      training.close();
      await openOn("wasm", setup, tell, message);
      return opened().training.run();
    }
  },
  pause: (): void => opened().training.pause(),
  files: (): Promise<Map<string, Uint8Array>> => opened().training.files(),
  huggingFace: async (): Promise<Map<string, Uint8Array>> => exported(await opened().training.files()),
  close: (): void => close(),
};
export type TrainingRequests = typeof trainingRequests;

/** Opens a setup where it was left. @param lost  Why another device is no longer used. */
async function openOn(
  device: "auto" | "wasm",
  setup: Setup,
  tell: (event: TrainingEvent) => void,
  lost?: string,
): Promise<void> {
  const engine = await openEngine(device, { onWarning: (text) => tell({ kind: "message", text }) });
  const description =
    lost === undefined ? engine.description : `${engine.description}: WebGPU failed, ${lost}`;
  const training = await openTraining({
    engine: { ...engine, description },
    setup,
    saved: latest,
    tell,
    save: async (now) => {
      latest = now;
      // Training goes on without being kept.
      const fault = await keep(now).then(
        () => undefined,
        (error: Error) => error.message,
      );
      const { step } = now.position;
      tell({ kind: "saved", step, ...(fault === undefined ? {} : { fault }) });
    },
  });
  session = { device: engine.device, training, setup, tell };
}

function close(): void {
  session?.training.close();
  session = undefined;
  release?.();
  release = undefined;
}

/** The part of the page's global scope that knows of other tabs. */
interface Tabs {
  readonly navigator: {
    readonly locks: {
      request(
        name: string,
        options: { readonly ifAvailable: true },
        use: (lock: object | null) => Promise<void> | undefined,
      ): Promise<void>;
    };
  };
}

/** @returns what gives the claim back */
function claim(): Promise<() => void> {
  const { locks } = (globalThis as unknown as Tabs).navigator;
  return new Promise((resolve, reject) => {
    void locks.request("heed-training", { ifAvailable: true }, (lock) => {
      if (lock) return new Promise<void>((end) => resolve(end));
      reject(new Error("another tab of this browser is training; end it there first"));
      return undefined;
    });
  });
}
