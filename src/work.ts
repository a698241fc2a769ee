/** Work that takes long and says where it may be interrupted: it yields there. */
export type Work<T> = Generator<void, T, void>;

/** What the work comes to, without a pause. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A turn is ended after this long: signals are heard within a second even where a machine is shared by many. */
const TURN_MS = 50;

/**
 * What the work comes to, with pauses in which events are heard.
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

/** A timer and not a resolved promise, which would be heard before any signal; a browser has no other. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0);
  });

/** What is promised, or undefined when it was given up for the signal. */
export async function unlessAborted<T>(promised: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
  try {
    return await promised;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}
