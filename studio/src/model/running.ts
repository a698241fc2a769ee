/** What the worker is busy with: a model is closed only when nothing that may use it runs any more. */
const running = new Set<Promise<unknown>>();

type Requests = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The same requests, known while they run. */
export function tracked<R extends Requests>(requests: R): R {
  const known = Object.entries(requests).map(([name, ask]) => {
    const asked = async (...args: never[]): Promise<unknown> => {
      const answer = (async () => ask(...args))();
      running.add(answer);
      try {
        return await answer;
      } finally {
        running.delete(answer);
      }
    };
    return [name, asked];
  });
  return Object.fromEntries(known) as R;
}

/** Settles once everything that runs now has ended. */
export const idle = async (): Promise<void> => void (await Promise.allSettled([...running]));
