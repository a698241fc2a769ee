/** Milliseconds of full use before there is an estimate, which a burst does not wait for, and between two. */
const [FIRST_MS, NEXT_MS] = [200, 500];

/** What a server can do, by what its batches took. */
export interface Throughput {
  /** A batch has ended; only those count that shared the machine with as many as there may be. */
  readonly done: (cost: number, ms: number) => void;
  /** 0 as long as it is not known. */
  readonly secondsFor: (cost: number) => number;
}

/**
 * Cost per second while all streams are in use: so many times the cost of a batch by its time, which is right from the first
 * batch on, while what is finished in a given time lacks what was under way at its ends. Recent work counts more.
 */
export function measuredThroughput(streams: number): Throughput {
  let rate: number | undefined;
  let [served, spent] = [0, 0];
  return {
    done: (cost, ms) => {
      served += cost;
      spent += ms;
      if (spent < streams * (rate === undefined ? FIRST_MS : NEXT_MS)) return;
      const measured = (1000 * streams * served) / spent;
      rate = rate === undefined ? measured : 0.7 * rate + 0.3 * measured;
      [served, spent] = [0, 0];
    },
    secondsFor: (cost) => (rate === undefined ? 0 : cost / rate),
  };
}
