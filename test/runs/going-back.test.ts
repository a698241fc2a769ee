/** From which checkpoint a run goes on, and with which model. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../../src/config/schema.ts";
import { listCheckpoints, readState } from "../../src/runs/checkpoints.node.ts";
import { areHealthy, type Losses, withLoss } from "../../src/runs/losses.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import { resumedCheckpoint } from "../../src/runs/resumed-checkpoint.node.ts";
import type { RunOptions } from "../../src/runs/train-run.node.ts";
import { tinyConfig } from "../training/tiny.ts";
import { bytesOf, corpus, directory, failure, linesOf, positionIn, run } from "../training/tiny-runs.ts";

const sgd = [
  "training.optimizer=sgd",
  "training.clip=0",
  "training.average=0",
  "training.validateEvery=2",
  "training.keep=2",
];
const steps = (name: string): number[] => listCheckpoints(directory(name)).map(({ step }) => step);
const modelAt = (name: string, step: number): string =>
  bytesOf(name, `checkpoints/step-${String(step).padStart(8, "0")}/model.safetensors`);
const hearing = (): { said: string[]; onMessage: (message: string) => void } => {
  const said: string[] = [];
  return { said, onMessage: (message) => said.push(message) };
};
/** What a run says when it goes on, and from where. */
async function goesOn(
  name: string,
  setting: Partial<RunOptions> & { set: readonly string[] },
): Promise<{ said: string[]; from: number | undefined; valid: Readonly<Record<string, number>> }> {
  const { said, onMessage } = hearing();
  let from: number | undefined;
  const onStart: RunOptions["onStart"] = (about) => {
    from = about.from;
  };
  const { valid } = await run(name, { ...setting, resume: true, onMessage, onStart });
  return { said, from, valid };
}

describe("a run that diverged", () => {
  const absurd = (...more: string[]): Config => {
    const config = tinyConfig(corpus, "training.validBleu=0", ...sgd, "training.epochs=20", ...more);
    return { ...config, training: { ...config.training, learningRate: 1000 } };
  };
  let said: string[];
  beforeAll(async () => {
    await run("diverged", { set: [...sgd, "training.epochs=1"] });
    const heard = hearing();
    ({ said } = heard);
    const { onMessage } = heard;
    const error = await failure("diverged", { config: absurd(), resume: true, onMessage });
    expect(error.code).toBe("ERR_DIVERGED");
  });

  test("has checkpoints from after the loss ran away, and the last from before, however few are kept", () => {
    const losses = listCheckpoints(directory("diverged")).map(
      ({ path }) => readState<{ losses: Losses }>(path)?.losses ?? {},
    );
    expect(losses.map(areHealthy)).toEqual([true, false, false]);
    expect(losses.at(-1)?.validation).toBeGreaterThan(1e10);
    expect(steps("diverged")[0]).toBe(5);
  });

  test("says from where it would go on", () => {
    expect(said).toContain(
      "--resume continues from step 5, the last checkpoint whose loss was not far above the best; --from-step chooses another",
    );
  });

  test("if it was stopped before it failed, resumes where it was, and says that its loss is far above the best", () => {
    const outcome = join(directory("diverged"), "diverged.json");
    const content = readFileSync(outcome);
    rmSync(outcome);
    const { said, onMessage } = hearing();
    const resumed = resumedCheckpoint(directory("diverged"), undefined, onMessage);
    writeFileSync(outcome, content);
    expect(resumed?.step).toBe(steps("diverged").at(-1));
    expect(said).toEqual([
      `warning: the loss at step ${resumed?.step} is far above the best: --from-step 5 goes back to the last checkpoint whose loss was not`,
    ]);
  });

  test("goes on from there, at a rate that is fit to, and is no run that diverged any more", async () => {
    const on = await goesOn("diverged", { set: [...sgd, "training.epochs=2"] });
    expect(on.from).toBe(5);
    expect(on.said).toContain(
      "the run diverged: continuing from step 5, the last whose loss was not far above the best",
    );
    expect(on.valid.loss).toBeLessThan(4);
    expect(existsSync(join(directory("diverged"), "diverged.json"))).toBe(false);
    const logged = linesOf("diverged").filter(({ kind }) => kind === "step");
    expect(logged.map(({ step }) => step)).toEqual(logged.map((_, i) => i + 1));
    expect(bytesOf("diverged", "model.safetensors")).toBe(
      modelAt("diverged", positionIn("diverged").best?.step ?? 0),
    );
  });

  test("with no checkpoint from before says so, and goes on only when told from where", async () => {
    const error = await failure("never healthy", {
      config: absurd("training.schedule=constant", "training.warmup=0", "training.validateEvery=1"),
    });
    expect(error.code).toBe("ERR_DIVERGED");
    const first = steps("never healthy")[0] as number;
    // As if the healthy ones had been removed.
    for (const { path } of listCheckpoints(directory("never healthy")))
      if (areHealthy(readState<{ losses: Losses }>(path)?.losses ?? {})) rmSync(path, { recursive: true });
    const refused = await failure("never healthy", { config: absurd(), resume: true });
    expect(refused).toMatchObject({ code: "ERR_DIVERGED", exit: 80 });
    expect(refused.message).toMatch(/loss of every checkpoint is far above the best; .*--from-step$/);
    expect(first).toBeGreaterThan(0);
  });
});

describe("--from-step", () => {
  beforeAll(async () => {
    await run("back", { set: [...sgd, "training.keep=9"] });
  });

  test("goes on from a step as if there had been no later one", async () => {
    await run("to four", { set: [...sgd, "training.keep=9", "training.steps=4"] });
    const { from } = await goesOn("back", {
      set: [...sgd, "training.keep=9", "training.steps=4"],
      fromStep: 4,
    });
    expect(from).toBe(4);
    expect(steps("back")).toEqual(steps("to four"));
    for (const file of ["metrics.jsonl", "model.safetensors"])
      expect(bytesOf("back", file)).toBe(bytesOf("to four", file));
    await run("back", { set: [...sgd, "training.keep=9"], resume: true });
  });

  test("best is the step of the best model", async () => {
    const { best } = positionIn("back");
    const { from } = await goesOn("back", { set: [...sgd, "training.keep=9"], fromStep: "best" });
    expect(from).toBe(best?.step);
  });

  test("of which there is no checkpoint names those there are", async () => {
    const error = await failure("back", { set: sgd, resume: true, fromStep: 3 });
    expect(error).toMatchObject({ code: "ERR_INPUT", exit: 66 });
    expect(error.message).toMatch(/there is no checkpoint of step 3; choose one of 2, 4, /);
  });
});

describe("a model that is gone", () => {
  const set = [...sgd, "training.steps=6"];

  test("is written again from its checkpoint", async () => {
    await run("gone", { set });
    const before = bytesOf("gone", "model.safetensors");
    rmSync(join(directory("gone"), "model.safetensors"));
    await run("gone", { set, resume: true });
    expect(bytesOf("gone", "model.safetensors")).toBe(before);
  });

  test("with its checkpoint is looked for anew, and a line says so", async () => {
    await run("both gone", { set });
    const best = positionIn("both gone").best?.step as number;
    rmSync(join(directory("both gone"), "model.safetensors"));
    const path = join(directory("both gone"), "checkpoints/step-00000006");
    // As if the best had been at a step whose checkpoint was removed.
    const { createHash } = await import("node:crypto");
    const { writeFileSync } = await import("node:fs");
    const { checksum: _, ...state } = JSON.parse(readFileSync(join(path, "state.json"), "utf8"));
    state.position.best.step = 1;
    const checksum = createHash("sha256").update(JSON.stringify(state)).digest("hex");
    writeFileSync(join(path, "state.json"), JSON.stringify({ ...state, checksum }));
    const { said } = await goesOn("both gone", { set });
    expect(said).toContain(
      "the best model, of step 1, and its checkpoint are gone: searching for a new best",
    );
    expect(best).toBeGreaterThan(1);
    expect(bytesOf("both gone", "model.safetensors")).toBe(modelAt("both gone", 6));
    expect(positionIn("both gone").best?.step).toBe(6);
    expect(() => openRun(directory("both gone"))).not.toThrow();
  });

  test("while it trains is written again, and its checkpoint is kept as long", async () => {
    const onStep: RunOptions["onStep"] = ({ step }) => {
      if (step === 5) rmSync(join(directory("meanwhile"), "model.safetensors"), { force: true });
    };
    await run("meanwhile", { set: [...sgd, "training.steps=5", "training.learningRate=0.001"], onStep });
    expect(existsSync(join(directory("meanwhile"), "model.safetensors"))).toBe(true);
  });
});

test("losses are healthy up to a nat and twice that of the first update, and of the best validation", () => {
  const losses = withLoss(withLoss(withLoss({}, "training", 4), "training", 0.01), "validation", 2);
  expect(losses).toEqual({ first: 4, training: 0.01, validation: 2, lowest: 2 });
  // A model that knows its training data by heart is no model that diverges.
  expect(areHealthy(losses)).toBe(true);
  expect(areHealthy(withLoss(losses, "training", 9))).toBe(true);
  expect(areHealthy(withLoss(losses, "training", 9.1))).toBe(false);
  expect(areHealthy(withLoss(losses, "validation", 5))).toBe(true);
  expect(areHealthy(withLoss(losses, "validation", 5.1))).toBe(false);
  expect(areHealthy(withLoss(losses, "validation", Number.NaN))).toBe(false);
  expect(areHealthy(withLoss(withLoss({}, "training", 4), "validation", 1e14))).toBe(false);
  expect(areHealthy({})).toBe(true);
});
