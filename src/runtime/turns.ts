/** Runs `work` when everything before it has ended, however it ended. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of its own: what is asked of one GPU goes one after the other. */
export function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** No order: whatever is asked begins at once. */
export const atOnce: InTurn = (work) => work();

/** Orders work on what is shared: reads overlap, a write waits for all before it, and all after it wait for the write. */
export interface Access {
  readonly read: InTurn;
  readonly write: InTurn;
}

export function createAccess(): Access {
  let written: Promise<unknown> = Promise.resolve();
  const reading = new Set<Promise<unknown>>();
  return {
    read: (work) => {
      const result = written.then(work);
      const ended: Promise<unknown> = result.then(
        () => reading.delete(ended),
        () => reading.delete(ended),
      );
      reading.add(ended);
      return result;
    },
    write: (work) => {
      const result = Promise.all([written, ...reading]).then(work);
      written = result.catch(() => undefined);
      return result;
    },
  };
}
