import type { Communicator } from "../distributed/communicator.ts";
import { sumOverRanks, type Wire } from "../distributed/sum.ts";
import type { State } from "../runtime/state.ts";

/** Rate and momentum of the outer step. */
const [RATE, MOMENTUM] = [0.7, 0.9];

export interface LocalStepsOptions {
  readonly communicator: Communicator;
  /** H: updates that a rank makes alone. */
  readonly every: number;
  readonly wire: Wire;
  readonly state: State;
  /** Names of the trained weights. */
  readonly weights: readonly string[];
  /** Names of the optimiser's moments. */
  readonly moments: readonly string[];
}

/** The entry that holds the momentum of a weight's outer step. */
export const outerName = (weight: string): string => `optimizer.outer.${weight}`;

/** Ranks that train alone and meet now and then. */
export interface LocalSteps {
  /** Before every update: the first remembers the weights, of which all ranks have the same copy. */
  readonly before: () => Promise<void>;
  /** After every update: every H of them, an outer step. @returns seconds that ranks waited for each other */
  readonly after: (step: number) => Promise<number>;
  /** An outer step now, if an update has come since the last; then all ranks have the mean of their moments. */
  readonly settle: () => Promise<void>;
}

/**
 * Local SGD as in DiLoCo: each rank makes H updates with its part of the batches. Then the weights θ, of which all had the
 * same copy W, move together:
 *
 *   Δ = mean over ranks of W - θ,   u' = μ u + Δ,   W' = W - η (Δ + μ u'),   η = 0.7, μ = 0.9
 *
 * H updates send what one does elsewhere. Rate and momentum are made for large H: with few updates between meetings the
 * momentum adds up to several times the rate. `settle` comes before a validation or a checkpoint, which then has all that
 * a resumed run needs: the moments of the ranks, which drift apart, become their mean.
 *
 * @see Douillard et al. 2023 - https://arxiv.org/abs/2311.08105
 */
export function localSteps(options: LocalStepsOptions): LocalSteps {
  const { communicator, every, wire, state, weights, moments } = options;
  const numbersOf = async (name: string): Promise<Float32Array> =>
    (await state.current(name).read()) as Float32Array;
  let common: Map<string, Float32Array> | undefined;
  let isApart = false;

  const before = async (): Promise<void> => {
    if (common) return;
    common = new Map();
    for (const name of weights) common.set(name, (await numbersOf(name)).slice());
  };
  const outerStep = async (): Promise<void> => {
    for (const name of weights) {
      const start = common?.get(name) as Float32Array;
      const change = (await numbersOf(name)).map((value, i) => (start[i] as number) - value);
      await sumOverRanks(communicator, change, wire);
      const momentum = await numbersOf(outerName(name));
      for (let i = 0; i < start.length; i++) {
        const mean = (change[i] as number) / communicator.size;
        momentum[i] = MOMENTUM * (momentum[i] as number) + mean;
        start[i] = (start[i] as number) - RATE * (mean + MOMENTUM * (momentum[i] as number));
      }
      state.adopt(outerName(name), momentum);
      state.write(name, start);
    }
    isApart = false;
  };
  return {
    before,
    after: async (step) => {
      isApart = true;
      if (step % every !== 0) return 0;
      const start = performance.now();
      await outerStep();
      return (performance.now() - start) / 1000;
    },
    settle: async () => {
      if (isApart) await outerStep();
      for (const name of moments) {
        const data = await numbersOf(name);
        await sumOverRanks(communicator, data, wire);
        state.adopt(
          name,
          data.map((sum) => sum / communicator.size),
        );
      }
    },
  };
}
