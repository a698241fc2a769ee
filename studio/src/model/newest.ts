import { fault, messageOf } from "./fault.ts";

/**
 * Runs the newest of several questions: answers to older ones are dropped. What it returns ends when no question
 * is left.
 *
 * @param ask  Can find out meanwhile whether its answer is still wanted.
 */
export function newest<T>(
  ask: (isWanted: () => boolean) => Promise<T>,
  take: (answer: T) => void,
): () => Promise<void> {
  let turn = 0;
  let pending: Promise<void> = Promise.resolve();
  return () => {
    const mine = ++turn;
    // One after the other: a worker that is busy must not collect a queue of keystrokes.
    pending = pending.then(async () => {
      if (mine !== turn) return;
      try {
        const answer = await ask(() => mine === turn);
        if (mine !== turn) return;
        fault.value = "";
        take(answer);
      } catch (error) {
        if (mine === turn) fault.value = messageOf(error);
      }
    });
    return pending;
  };
}
