/** Runs `work` once all earlier work has settled, whether it succeeded or failed. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Creates a queue: work, such as calls to one GPU, runs one after the other. */
export function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** No queue: work starts immediately. */
export const atOnce: InTurn = (work) => work();

/** Orders work on a shared resource: reads overlap; a write waits for all earlier work, and later work waits for it. */
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
