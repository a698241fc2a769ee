/** Long work, which yields wherever it may be interrupted. */
export type Work<T> = Generator<void, T, void>;

/** Runs work to its result without a pause. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The length of a turn: signals are handled within a second even on a busy machine. */
const TURN_MS = 50;

/**
 * Runs work to its result, pausing to let events be handled.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function inTurns<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    const end = performance.now() + TURN_MS;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < end);
    await nextTurn();
  }
}

/** A timer, because a resolved promise would run before any signal, and browsers lack `setImmediate`. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0);
  });

/** The value of a promise, or undefined when the signal aborted it. */
export async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}
