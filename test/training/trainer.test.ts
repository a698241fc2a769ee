/** When the trainer steps, validates, saves and stops: around a step that computes nothing. */
import { describe, expect, test, vi } from "vitest";
import { HeedError } from "../../src/errors.ts";
import type { StepResult, TrainingStep } from "../../src/training/step.ts";
import {
  type Divergence,
  isBetter,
  type Position,
  START,
  type StepRecord,
  type TrainerOptions,
  type TrainingBatch,
  train,
  type Validation,
} from "../../src/training/trainer.ts";

/** What happened, in order: "step 3: 0.4 0.5" took batches 4 and 5 of epoch 0, "validate 3", "save 3 best". */
interface World {
  readonly log: string[];
  readonly rates: number[];
  readonly positions: Position[];
  readonly records: StepRecord[];
  readonly options: TrainerOptions;
}

interface Setting extends Partial<TrainerOptions> {
  /** Batches in an epoch. */
  readonly size?: number;
  /** The score of the n-th validation, from 0; the negative of a loss. */
  readonly score?: (validations: number, step: number) => number;
  readonly result?: (step: number) => Partial<StepResult>;
  /** Called before each event, e.g. to send a signal. */
  readonly before?: (event: string) => void | Promise<void>;
}

function world(setting: Setting = {}): World {
  const { size = 5, score = (n): number => n, result, before, ...options } = setting;
  const log: string[] = [];
  const rates: number[] = [];
  const positions: Position[] = [];
  const records: StepRecord[] = [];
  let validations = 0;
  let step = options.from?.step ?? 0;
  const tell = async (event: string): Promise<void> => {
    await before?.(event);
    log.push(event);
  };
  const batch = (epoch: number, index: number): TrainingBatch => ({
    feeds: { at: { shape: [2], data: Int32Array.of(epoch, index) } },
    examples: [100 * epoch + 2 * index, 100 * epoch + 2 * index + 1],
  });
  const fake: Pick<TrainingStep, "run"> = {
    run: async (number, rate, batches) => {
      const at = (feeds: (typeof batches)[number]): Int32Array =>
        (feeds as unknown as { at: { data: Int32Array } }).at.data;
      const taken = batches.map((feeds) => [...at(feeds)].join("."));
      await tell(`step ${number}: ${taken.join(" ")}`);
      step = number;
      rates.push(rate);
      return { loss: 1, negativeLogLikelihood: 1, tokens: 10, gradientNorm: 1, ...result?.(number) };
    },
  };
  return {
    log,
    rates,
    positions,
    records,
    options: {
      step: fake as TrainingStep,
      batches: async function* (epoch, skip) {
        for (let index = skip; index < size; index++) yield batch(epoch, index);
      },
      validate: async (signal): Promise<Validation | undefined> => {
        await tell(`validate ${step}`);
        if (signal?.aborted) return undefined;
        const value = score(validations++, step);
        return { loss: -value, scores: {}, score: value };
      },
      schedule: { schedule: "constant", learningRate: 1, warmup: 0, totalSteps: 100, dModel: 16 },
      accumulate: 1,
      epochs: 2,
      onStep: (record) => {
        records.push(record);
      },
      onCheckpoint: async (position, isBest) => {
        await tell(`save ${position.step}${isBest ? " best" : ""}`);
        positions.push(position);
      },
      ...options,
    },
  };
}

const steps = (log: readonly string[]): string[] => log.filter((event) => event.startsWith("step"));
const validated = (log: readonly string[]): number[] =>
  log.flatMap((event) => (event.startsWith("validate") ? [Number(event.split(" ")[1])] : []));

describe("an uninterrupted run", () => {
  test("takes every batch of every epoch once and validates after each epoch", async () => {
    const { log, options } = world({ size: 2 });
    const { position, reason } = await train(options);
    expect(reason).toBe("finished");
    expect(log).toEqual([
      "step 1: 0.0",
      "step 2: 0.1",
      "validate 2",
      "save 2 best",
      "step 3: 1.0",
      "step 4: 1.1",
      "validate 4",
      "save 4 best",
    ]);
    expect(position).toMatchObject({ step: 4, epoch: 2, batch: 0, validated: 4, stale: 0 });
    expect(position.best).toEqual({ step: 4, loss: -1, scores: {}, score: 1 });
  });

  test("the last update of an epoch takes the batches that are left", async () => {
    const { log, options } = world({ size: 5, accumulate: 2 });
    const { position } = await train(options);
    expect(steps(log)).toEqual([
      "step 1: 0.0 0.1",
      "step 2: 0.2 0.3",
      "step 3: 0.4",
      "step 4: 1.0 1.1",
      "step 5: 1.2 1.3",
      "step 6: 1.4",
    ]);
    expect(position.step).toBe(6);
  });

  test("validateEvery counts updates across epochs, and the end is validated too", async () => {
    const { log, options } = world({ validateEvery: 4 });
    await train(options);
    expect(validated(log)).toEqual([4, 8, 10]);
  });

  test("the end is not validated twice", async () => {
    expect(validated((await finished({ validateEvery: 5 })).log)).toEqual([5, 10]);
    expect(validated((await finished({ steps: 5 })).log)).toEqual([5]);
  });

  test("steps end it in the middle of an epoch, with a validation", async () => {
    const { log, position, reason } = await finished({ steps: 7 });
    expect(reason).toBe("finished");
    expect(steps(log)).toHaveLength(7);
    expect(validated(log)).toEqual([5, 7]);
    expect(position).toMatchObject({ step: 7, epoch: 1, batch: 2 });
  });

  test("minutes end it after the step that is running, with a validation", async () => {
    let milliseconds = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => milliseconds);
    const before = (): void => {
      milliseconds += 20_000;
    };
    const { log, reason } = await finished({ size: 1000, minutes: 2, before });
    clock.mockRestore();
    expect(reason).toBe("time");
    expect(log.slice(-3)).toEqual(["step 7: 0.6", "validate 7", "save 7 best"]);
  });

  test("minutes end a cosine with it, and count on in the next process", async () => {
    let milliseconds = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => milliseconds);
    const before = (): void => {
      milliseconds += 30_000;
    };
    const schedule = { schedule: "cosine", learningRate: 1, warmup: 0, totalSteps: 100, dModel: 8 } as const;
    const first = world({ size: 1000, minutes: 2, before, validateEvery: 2, steps: 2 });
    const { position } = await train({ ...first.options, schedule });
    const second = world({ size: 1000, minutes: 2, before, validateEvery: 2 });
    const { reason } = await train({ ...second.options, schedule, from: position });
    clock.mockRestore();
    expect(position.minutes).toBe(1.5);
    expect(reason).toBe("time");
    const rates = [...first.records, ...second.records].map(({ learningRate }) => learningRate);
    // Half a minute a step: far ahead of 100 steps.
    expect(rates.slice(0, 4).map((each) => Number(each.toFixed(3)))).toEqual([1, 0.854, 0.146, 0]);
    expect([...first.records, ...second.records].map(({ share }) => share)).toEqual([0.25, 0.5, 1, 1]);
  });

  test("how much is over is said of the updates where no clock is ahead of them", async () => {
    const { options, records } = world({ size: 4, epochs: 1, minutes: 1e6 });
    await train({ ...options, schedule: { ...options.schedule, totalSteps: 4 } });
    expect(records.map(({ share }) => share)).toEqual([0.25, 0.5, 0.75, 1]);
  });

  test("each step's record says where it was, what it cost and at which rate", async () => {
    const { records, options } = world({ result: (step) => ({ loss: 10 - step, gradientNorm: step / 2 }) });
    await train({ ...options, schedule: { ...options.schedule, warmup: 4 } });
    expect(records[1]).toMatchObject({
      step: 2,
      epoch: 0,
      loss: 8,
      gradientNorm: 1,
      learningRate: 0.5,
      tokens: 10,
    });
    expect(records[6]).toMatchObject({ step: 7, epoch: 1, loss: 3, learningRate: 1 });
    expect(records.every(({ seconds }) => seconds >= 0)).toBe(true);
  });
});

async function finished(setting: Setting): Promise<World & Awaited<ReturnType<typeof train>>> {
  const made = world(setting);
  return { ...made, ...(await train(made.options)) };
}

describe("validation", () => {
  test("of equal scores one of less loss is better", () => {
    expect(isBetter({ score: 0, loss: 4 }, null)).toBe(true);
    expect(isBetter({ score: 0, loss: 3 }, { score: 0, loss: 4 })).toBe(true);
    expect(isBetter({ score: 0, loss: 4 }, { score: 0, loss: 4 })).toBe(false);
    expect(isBetter({ score: 1, loss: 5 }, { score: 0, loss: 4 })).toBe(true);
    expect(isBetter({ score: 0, loss: 1 }, { score: 1, loss: 4 })).toBe(false);
  });

  test("only a higher score is better, an equal one of equal loss is not", async () => {
    const scores = [1, 3, 3, 2, 4];
    const { log, position } = await finished({ epochs: 5, size: 1, score: (n) => scores[n] as number });
    expect(log.filter((event) => event.startsWith("save"))).toEqual([
      "save 1 best",
      "save 2 best",
      "save 3",
      "save 4",
      "save 5 best",
    ]);
    expect(position.best?.step).toBe(5);
  });

  test("patience counts validations since the best one", async () => {
    const scores = [1, 0, 2, 1, 1, 9];
    const { log, position, reason } = await finished({
      epochs: 9,
      size: 1,
      patience: 2,
      score: (n) => scores[n] as number,
    });
    expect(reason).toBe("patience");
    expect(validated(log)).toEqual([1, 2, 3, 4, 5]);
    expect(position).toMatchObject({ step: 5, stale: 2, best: { step: 3, score: 2 } });
  });

  test("plateau halves the rate after each validation that is not better", async () => {
    const scores = [1, 0, 0, 2, 2];
    const { rates, position } = await finished({
      epochs: 5,
      size: 2,
      score: (n) => scores[n] as number,
      schedule: { schedule: "plateau", learningRate: 8, warmup: 0, totalSteps: 10, dModel: 16 },
    });
    expect(rates).toEqual([8, 8, 8, 8, 4, 4, 2, 2, 2, 2]);
    expect(position.reduction).toBe(1 / 8);
  });

  test("other schedules do not", async () => {
    const { rates } = await finished({ epochs: 3, size: 1, score: () => 0 });
    expect(rates).toEqual([1, 1, 1]);
  });
});

describe("a signal", () => {
  const stopped = async (
    at: string,
    setting: Setting = {},
  ): Promise<World & Awaited<ReturnType<typeof train>>> => {
    const controller = new AbortController();
    const before = (event: string): void => {
      if (event.startsWith(at)) controller.abort();
    };
    return finished({ ...setting, signal: controller.signal, before });
  };

  test("in a step lets it end, then saves without validating", async () => {
    const { log, position, reason } = await stopped("step 3");
    expect(reason).toBe("signal");
    expect(log.slice(-2)).toEqual(["step 3: 0.2", "save 3"]);
    expect(position).toMatchObject({ step: 3, epoch: 0, batch: 3, validated: 0, best: null });
  });

  test("in an accumulating step lets all its batches end", async () => {
    const { log, position } = await stopped("step 2", { accumulate: 2 });
    expect(log).toEqual(["step 1: 0.0 0.1", "step 2: 0.2 0.3", "save 2"]);
    expect(position).toMatchObject({ batch: 4 });
  });

  test("in the last step of an epoch leaves its validation for later", async () => {
    const { log, position } = await stopped("step 5");
    expect(log.slice(-1)).toEqual(["save 5"]);
    expect(position.validated).toBe(0);
  });

  test("in a validation cuts it short", async () => {
    const { log, positions, reason } = await stopped("validate 5");
    expect(reason).toBe("signal");
    expect(log.slice(-2)).toEqual(["validate 5", "save 5"]);
    expect(positions).toEqual([expect.objectContaining({ step: 5, validated: 0, best: null })]);
  });

  test("in the validation at the very end is still reported as a signal", async () => {
    const { log, reason } = await stopped("validate 7", { steps: 7 });
    expect(reason).toBe("signal");
    expect(log.slice(-2)).toEqual(["validate 7", "save 7"]);
  });

  test("while saving after a validation does not save again", async () => {
    const { log, reason } = await stopped("save 5");
    expect(reason).toBe("signal");
    expect(log.slice(-2)).toEqual(["validate 5", "save 5 best"]);
  });

  test("before the first step means none", async () => {
    const { log, position, reason } = await finished({ signal: AbortSignal.abort() });
    expect({ log, position, reason }).toEqual({ log: [], position: START, reason: "signal" });
  });
});

describe("a resumed run goes on as if nothing had been", () => {
  const settings: Setting[] = [
    {},
    { accumulate: 2 },
    { accumulate: 3, validateEvery: 2 },
    { validateEvery: 4, steps: 9 },
    { validateEvery: 1, steps: 5 },
    { accumulate: 2, steps: 5 },
    { patience: 2 },
  ];
  const common: Setting = {
    epochs: 3,
    score: (_, step) => 10 - Math.abs(step - 6),
    schedule: { schedule: "plateau", learningRate: 1, warmup: 2, totalSteps: 15, dModel: 16 },
  };

  test.each(settings)("interrupted at any event of %o", async (setting) => {
    const whole = await finished({ ...common, ...setting });
    const lasting = (log: readonly string[]): string[] =>
      log.filter((event) => !event.startsWith("save") && !event.startsWith("cut"));
    for (const [cut, at] of whole.log.entries()) {
      const controller = new AbortController();
      let events = 0;
      const before = (): void => {
        if (events++ === cut) controller.abort();
      };
      const first = await finished({ ...common, ...setting, signal: controller.signal, before });
      expect(first.reason).toBe("signal");
      const from = first.positions.at(-1) as Position;
      expect(from).toEqual(first.position);
      // What is saved is all that is left: through JSON, as in a checkpoint.
      const second = await finished({ ...common, ...setting, from: JSON.parse(JSON.stringify(from)) });
      // A validation that was cut short happens again.
      const upToCut = at.startsWith("validate") ? lasting(first.log).slice(0, -1) : lasting(first.log);
      expect([...upToCut, ...lasting(second.log)], `cut at ${at}`).toEqual(lasting(whole.log));
      expect([...first.rates, ...second.rates]).toEqual(whole.rates);
      expect(second.position, `cut at ${at}`).toEqual(whole.position);
      expect(second.reason).toBe(whole.reason);
    }
  });

  test("and a finished one has nothing left to do", async () => {
    const whole = await finished(common);
    const again = await finished({ ...common, from: whole.position });
    expect(again.log).toEqual([]);
    expect(again.position).toEqual(whole.position);
  });

  test("or goes on when it may take more steps", async () => {
    const { position } = await finished({ epochs: 2, size: 3, steps: 3, score: (_, step) => step });
    const { log } = await finished({
      epochs: 2,
      size: 3,
      steps: 5,
      score: (_, step) => step,
      from: position,
    });
    expect(log).toEqual(["step 4: 1.0", "step 5: 1.1", "validate 5", "save 5 best"]);
  });
});

describe("divergence", () => {
  const diverging = async (
    setting: Setting,
  ): Promise<{ error: HeedError; seen: Divergence[]; log: string[] }> => {
    const seen: Divergence[] = [];
    const { options, log } = world({
      ...setting,
      onDiverged: (divergence) => {
        seen.push(divergence);
      },
    });
    const error = await train(options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof HeedError)) throw error ?? new Error("it did not diverge");
    return { error, seen, log };
  };

  test.each([NaN, Infinity, -Infinity])("a loss of %s stops at once and names the examples", async (loss) => {
    const { error, seen, log } = await diverging({
      result: (step) => (step === 7 ? { loss } : {}),
    });
    expect(error.code).toBe("ERR_DIVERGED");
    expect(error.exit).toBe(80);
    expect(error.message).toBe(
      "step 7: the loss is not a finite number (learning rate 1.00, examples 102, 103); " +
        "lower training.learningRate, raise training.warmup or set training.clip; the best model is untouched",
    );
    expect(seen).toEqual([
      { step: 7, epoch: 1, loss, gradientNorm: 1, learningRate: 1, batches: [[102, 103]] },
    ]);
    // Nothing is saved after it.
    expect(log.slice(-2)).toEqual(["step 6: 1.0", "step 7: 1.1"]);
  });

  test("so does a gradient that is not finite, naming all batches of the step", async () => {
    const { error, seen } = await diverging({
      accumulate: 3,
      result: (step) => (step === 2 ? { gradientNorm: Infinity } : {}),
    });
    expect(error.message).toMatch(/^step 2: the gradient is not .* examples 6, 7, 8, 9\)/);
    expect(seen[0]?.batches).toEqual([
      [6, 7],
      [8, 9],
    ]);
  });

  test("many examples are not all listed in the message, but all told", async () => {
    const { error, seen } = await diverging({ accumulate: 5, result: () => ({ loss: NaN }) });
    expect(error.message).toContain("examples 0, 1, 2, 3, 4, 5, 6, 7, …)");
    expect(seen[0]?.batches.flat()).toHaveLength(10);
  });

  test("a validation loss that is not finite stops before anything is saved", async () => {
    const { error, seen, log } = await diverging({ score: (n) => (n === 0 ? 1 : NaN) });
    expect(error.code).toBe("ERR_DIVERGED");
    expect(error.message).toMatch(
      /^step 10: the validation loss is not a finite number \(learning rate 1\.00\)/,
    );
    expect(seen).toEqual([expect.objectContaining({ step: 10, loss: NaN, batches: [] })]);
    expect(log.filter((event) => event.startsWith("save"))).toEqual(["save 5 best"]);
  });

  test("is not reported to onStep", async () => {
    const { records, options } = world({ result: (step) => (step === 2 ? { loss: NaN } : {}) });
    await expect(train(options)).rejects.toThrow();
    expect(records.map(({ step }) => step)).toEqual([1]);
  });
});

describe("a loss that jumps", () => {
  /** Losses around 2, with a jump at some steps. */
  const jumping = (...at: readonly number[]): NonNullable<Setting["result"]> => {
    return (step) => ({ loss: at.includes(step) ? 9 : 2 + 0.1 * Math.sin(step) });
  };
  const setting = { size: 60, epochs: 1, validateEvery: 15 } as const;

  test("is ignored by default, and nothing is remembered", async () => {
    const { records, options, positions } = world({ ...setting, result: jumping(40) });
    await train(options);
    expect(records).toHaveLength(60);
    expect(positions.some((position) => "spikes" in position)).toBe(false);
  });

  test("stops the run, naming the loss, its limit and the examples", async () => {
    const { log, options } = world({ ...setting, result: jumping(40), onSpike: "stop" });
    const onDiverged = vi.fn();
    await expect(train({ ...options, onDiverged })).rejects.toThrow(
      /step 40: the loss jumped to 9\.000, above the 3\.\d+ that .* examples 78, 79/,
    );
    expect(onDiverged).toHaveBeenCalledWith(
      expect.objectContaining({ step: 40, loss: 9, batches: [[78, 79]] }),
    );
    expect(steps(log)).toHaveLength(40);
  });

  test("goes back to earlier weights and on with the next batches", async () => {
    const rollBack = vi.fn(async () => 30);
    const onRollback = vi.fn();
    const { log, options } = world({ ...setting, result: jumping(40), onSpike: "rollback" });
    const { position } = await train({ ...options, rollBack, onRollback });
    expect(rollBack).toHaveBeenCalledOnce();
    expect(onRollback).toHaveBeenCalledWith(
      expect.objectContaining({ step: 40, to: 30, loss: 9, examples: [78, 79] }),
    );
    expect(steps(log).slice(39, 41)).toEqual(["step 40: 0.39", "step 41: 0.40"]);
    expect(position.step).toBe(60);
    expect(position.spikes?.recent).toHaveLength(59);
  });

  test("stops when there is nothing to go back to, and when going back four times does not help", async () => {
    const alone = world({ ...setting, result: jumping(25), onSpike: "rollback" });
    await expect(train({ ...alone.options, rollBack: async () => undefined })).rejects.toThrow(/step 25/);
    const again = world({ ...setting, result: jumping(31, 32, 33, 34), onSpike: "rollback" });
    await expect(train({ ...again.options, rollBack: async () => 30 })).rejects.toThrow(/step 34/);
    const apart = world({ ...setting, result: jumping(31, 32, 33, 46), onSpike: "rollback" });
    expect((await train({ ...apart.options, rollBack: async () => 30 })).position.step).toBe(60);
  });

  test("that is not a number stops the run whatever is asked for", async () => {
    const result: Setting["result"] = (step) => ({ loss: step === 40 ? Number.NaN : 2 });
    const rollBack = vi.fn(async () => 30);
    const { options } = world({ ...setting, result, onSpike: "rollback" });
    await expect(train({ ...options, rollBack })).rejects.toThrow(/step 40: the loss is not a finite number/);
    expect(rollBack).not.toHaveBeenCalled();
  });

  test("is recognised by a resumed run as by one that was not stopped", async () => {
    const result = jumping(40, 50);
    const rollBack = async (): Promise<number> => 30;
    const whole = world({ ...setting, result, onSpike: "rollback" });
    const { position } = await train({ ...whole.options, rollBack });
    for (const stop of [1, 19, 39, 40, 41, 50]) {
      const controller = new AbortController();
      const first = world({
        ...setting,
        result,
        onSpike: "rollback",
        before: (event) => {
          if (event.startsWith(`step ${stop}:`)) controller.abort();
        },
      });
      const { position: from } = await train({ ...first.options, rollBack, signal: controller.signal });
      const rest = world({ ...setting, result, onSpike: "rollback", from });
      const ended = await train({ ...rest.options, rollBack });
      expect(ended.position.spikes).toEqual(position.spikes);
    }
  });
});
