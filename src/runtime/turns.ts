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
