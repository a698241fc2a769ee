import type { MpiFunction } from "./mpi-library.node.ts";

type Arguments = Parameters<MpiFunction>;

/** What is done about a call that lasts. */
export interface Watch {
  /** After a quarter of the time. */
  readonly onSlow: (name: string, number: number) => void;
  /** When the time is over. */
  readonly onTimeout: (name: string, number: number) => void;
  readonly seconds: number;
}

/**
 * Calls to MPI, each on another thread, one at a time and in order. An idle queue starts a call at once: what follows in
 * JavaScript overlaps with it.
 */
export class WatchedCalls {
  readonly #watch: Watch;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;
  #count = 0;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Whether a call is under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** @param alive  What the arguments point to; koffi does not keep it from being collected. */
  run(name: string, call: MpiFunction, args: Arguments, alive?: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        this.#isBusy = true;
        this.#count += 1;
        const number = this.#count;
        const { seconds, onSlow, onTimeout } = this.#watch;
        const slow = setTimeout(() => onSlow(name, number), (seconds * 1000) / 4);
        const over = setTimeout(() => onTimeout(name, number), seconds * 1000);
        const ended = (error: Error | null, status: number): void => {
          void alive;
          clearTimeout(slow);
          clearTimeout(over);
          this.#isBusy = false;
          this.#waiting.shift()?.();
          if (error) reject(error);
          else if (status !== 0) reject(new Error(`${name} failed with status ${status}`));
          else resolve();
        };
        call.async(...args, ended);
      };
      if (this.#isBusy) this.#waiting.push(start);
      else start();
    });
  }
}
