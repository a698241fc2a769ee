/** Share of the time there is that an estimated wait may take at first, and at least. */
const [FIRST, LEAST] = [0.5, 0.2];
/** What one late text leaves of that share, and what a second without any gives back. */
const [LESS, MORE] = [0.8, 0.03];

/** How much of its time a text may be estimated to wait: as much as has let texts come in time. */
export interface Margin {
  readonly share: number;
  /** Texts that were admitted came too late. @param now  Milliseconds, of any clock. */
  readonly late: (now: number) => void;
  /** Texts came in time. */
  readonly inTime: (now: number) => void;
}

/**
 * Falls by a factor, once in a second, when texts were late, and rises steadily while none is: estimates differ from what is
 * reached by as much as the machine has other work to do, and a text that comes too late was work for nothing.
 *
 * @see Chiu & Jain 1989 - https://doi.org/10.1016/0169-7552(89)90019-6
 */
export function margin(): Margin {
  let share = FIRST;
  let [fell, rose] = [-Infinity, -Infinity];
  return {
    get share() {
      return share;
    },
    late: (now) => {
      rose = now;
      if (now - fell < 1000) return;
      fell = now;
      share = Math.max(LEAST, LESS * share);
    },
    inTime: (now) => {
      // What nobody asked for in between says nothing.
      share = Math.min(FIRST, share + MORE * Math.min(1, Math.max(0, now - rose) / 1000));
      rose = now;
    },
  };
}
