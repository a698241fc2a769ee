/** A run whose loss jumps goes back to its last validated checkpoint, and ends the same whether it was stopped or not. */
import { beforeAll, describe, expect, test } from "vitest";
import { bytesOf, expectSameRun, failure, linesOf, run, stoppedAfter } from "../training/tiny-runs.ts";

/** A rate at which little is learnt, and so near the median that ordinary losses jump: two of a hundred. */
const set = [
  "training.onSpike=rollback",
  "training.spikeDeviations=2",
  "training.learningRate=1e-5",
  "training.validateEvery=4",
  "training.epochs=20",
  "training.average=0",
];

const rollbacks = (name: string): Record<string, unknown>[] =>
  linesOf(name).filter(({ kind }) => kind === "rollback");

beforeAll(async () => {
  await run("whole", { set });
});

describe("a run that goes back when its loss jumps", () => {
  test("records where from and where to", () => {
    const [first] = rollbacks("whole");
    expect(first).toMatchObject({ kind: "rollback", to: expect.any(Number), limit: expect.any(Number) });
    expect(first?.loss).toBeGreaterThan(first?.limit as number);
    expect(first?.examples).not.toHaveLength(0);
    expect((first?.to as number) % 4).toBe(0);
  });

  test("ends the same, to the bit, when it is stopped before, at and after the jump", async () => {
    const [first, second] = rollbacks("whole").map(({ step }) => step as number) as [number, number];
    for (const step of [first - 1, first, first + 1, second - 2, second]) {
      const name = `stopped ${step}`;
      await stoppedAfter(name, step, { set });
      await run(name, { set, resume: true });
      expectSameRun(name, "whole");
    }
  });

  test("is stopped instead when that is asked for, with its examples saved", async () => {
    const error = await failure("stop", { set: ["training.onSpike=stop", ...set.slice(1)] });
    expect(error).toMatchObject({
      code: "ERR_DIVERGED",
      message: expect.stringMatching(/the loss jumped to/),
    });
    expect(error.exit).toBe(80);
    expect(JSON.parse(bytesOf("stop", "diverged.json"))).toMatchObject({ limit: expect.any(Number) });
  });
});
