import { expect, test, vi } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { trainingProgress } from "../../src/cli/training-progress.ts";

test("a run that a clock ends shows how much of its minutes is over, and what is left of them", () => {
  let milliseconds = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => milliseconds);
  const said: string[] = [];
  const events = trainingProgress({
    say: (line) => said.push(line),
    terminal: undefined,
  } as Partial<Io> as Io);
  events.onStart({
    ...{ parameters: 2.4e6, totalSteps: 100_000, minutes: 2.04 },
    ...{ from: 500, share: 0.5, unit: "token" },
  });
  const step = {
    epoch: 0,
    loss: 2,
    negativeLogLikelihood: 2,
    tokens: 300,
    gradientNorm: 1,
    learningRate: 1e-3,
  };
  for (let number = 501; number <= 502; number++) {
    milliseconds += 30_000;
    events.onStep({ ...step, step: number, seconds: 30, share: 0.5 + milliseconds / 120_000 });
  }
  events.end();
  clock.mockRestore();
  expect(said).toEqual([
    "2.4 million parameters, 2 min or 100000 steps, from step 500",
    "train  75% loss 2.000  10 tokens/s  0:30 / 1:00",
    "train 100% loss 2.000  10 tokens/s  1:00 / 1:00",
  ]);
});
