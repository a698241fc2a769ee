import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { add, mul, sub } from "../ops/elementwise.ts";

/** Beside each weight whose average is kept, under the weight's own name: the weight as the optimiser moves it. */
export const LIVE = "optimizer.live.";

/**
 * The exponential moving average of weights. The average has the name of the weight: it is what is validated, saved and
 * shipped; the optimiser goes on from the weight itself. The decay begins low, so that the random beginning is soon forgotten.
 *
 *   E_0 = W_0,   E_t = d_t E_{t-1} + (1 - d_t) W_t,   d_t = min(decay, (1 + t) / (10 + t))
 *
 * @param next      The next value of each weight.
 * @param averages  The average of each weight.
 * @see Polyak & Juditsky 1992 - https://doi.org/10.1137/0330046
 */
export function averaged(
  next: ReadonlyMap<Value, Value>,
  averages: ReadonlyMap<Value, Value>,
): Map<Value, Value> {
  const decay = input("optimizer.averageDecay", "float32", []);
  const pairs = Array.from(averages, ([live, average]) => {
    const after = next.get(live) as Value;
    return [average, add(after, mul(sub(average, after), decay))] as const;
  });
  return new Map(pairs);
}

/** The decay of a step, counted from 1. */
export const averageFeeds = (decay: number, step: number): Record<string, number> => ({
  "optimizer.averageDecay": Math.min(decay, (1 + step) / (10 + step)),
});
