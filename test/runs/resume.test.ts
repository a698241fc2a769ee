/** Stopping, being killed and going on leave no trace in what a run ends with. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoints.node.ts";
import type { RunSummary } from "../../src/runs/summary.ts";
import type { RunOptions } from "../../src/runs/train-run.node.ts";
import { tinyConfig, tsv } from "../training/tiny.ts";
import {
  bytesOf,
  corpus,
  directory,
  expectSameRun,
  failure,
  positionIn,
  run,
  set,
  stoppedAfter,
  write,
} from "../training/tiny-runs.ts";

let whole: RunSummary;
beforeAll(async () => {
  whole = await run("whole", { set });
});

describe("a run interrupted and resumed ends like an uninterrupted one, to the bit", () => {
  test.each([
    ["in the middle of an epoch", 2],
    ["where a validation was due", 3],
    ["at the end of an epoch", 4],
    ["in its last step", -1],
  ])("%s", async (title, step) => {
    const at = step < 0 ? whole.steps : step;
    const { reason, steps } = await stoppedAfter(title, at, { set });
    expect({ reason, steps }).toEqual({ reason: "signal", steps: at });
    const resumed = await run(title, { set, resume: true });
    expectSameRun(title, "whole");
    expect(resumed).toMatchObject({ steps: whole.steps, epochs: whole.epochs, reason: "finished" });
  });

  test("after every single step", async () => {
    for (let step = 1; step <= 4; step++) await stoppedAfter("often", step, { set, resume: step > 1 });
    await run("often", { set, resume: true });
    expectSameRun("often", "whole");
  });

  test("in a validation", async () => {
    // Whoever asks for the second time after step 6 hears of the signal: the validation that has begun.
    let asked = Number.NEGATIVE_INFINITY;
    const signal = {
      get aborted(): boolean {
        return ++asked > 1;
      },
    } as AbortSignal;
    const onStep: RunOptions["onStep"] = ({ step }) => {
      if (step === 6) asked = 0;
    };
    const { steps, reason } = await run("validating", { set, onStep, signal });
    expect({ steps, reason }).toEqual({ steps: 6, reason: "signal" });
    expect(positionIn("validating")).toMatchObject({ step: 6, validated: 3 });
    await run("validating", { set, resume: true });
    expectSameRun("validating", "whole");
  });

  test.each([1, 5])("killed after step %i", async (step) => {
    const name = `killed ${step}`;
    const module = (path: string): string => JSON.stringify(join(import.meta.dirname, path));
    const source = `
      import { trainRun } from ${module("../../src/runs/train-run.node.ts")};
      import { openEngine } from ${module("../../src/runtime/open-engine.node.ts")};
      import { tinyConfig } from ${module("../training/tiny.ts")};
      await trainRun({
        config: tinyConfig(${JSON.stringify(corpus)}, "training.validBleu=0", ...${JSON.stringify(set)}),
        directory: ${JSON.stringify(directory(name))},
        engine: await openEngine("cpu"),
        onStep: ({ step }) => step === ${step} && process.kill(process.pid, "SIGKILL"),
      });`;
    const root = join(import.meta.dirname, "../..");
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
    expect(existsSync(join(directory(name), "lock"))).toBe(true);
    const said: string[] = [];
    const from: number[] = [];
    await run(name, {
      set,
      resume: true,
      onMessage: (message) => said.push(message),
      onStart: (about) => from.push(about.from),
    });
    // The checkpoint of step 3 may still have been on its way to the disk.
    expect(step === 1 ? [0] : [0, 3]).toContain(from[0]);
    if (from[0] === 0) expect(said[0]).toMatch(/no checkpoint in .*: starting from the beginning/);
    expectSameRun(name, "whole");
  });

  test("killed between saving a checkpoint and the best model", async () => {
    await stoppedAfter("between", 4, { set });
    const { path } = listCheckpoints(directory("between"))[0] as { path: string };
    expect(positionIn("between").best?.step).toBe(3);
    // As if the process had died before it wrote the model of step 3, and the interim checkpoint of step 4.
    rmSync(join(directory("between"), "checkpoints/step-00000004"), { recursive: true });
    writeFileSync(join(directory("between"), "model.safetensors"), "what was best before");
    await run("between", { set: [...set, "training.steps=3"], resume: true });
    expect(bytesOf("between", "model.safetensors")).toBe(
      readFileSync(join(path, "model.safetensors"), "latin1"),
    );
  });

  test("killed between logging a validation and saving its checkpoint", async () => {
    await stoppedAfter("logged", 3, { set });
    expect(positionIn("logged").validated).toBe(0);
    writeFileSync(
      join(directory("logged"), "metrics.jsonl"),
      `${bytesOf("logged", "metrics.jsonl")}{"kind":"validation","loss":1,"score":-1,"step":3,"epoch":0}\n`,
    );
    await run("logged", { set, resume: true });
    expectSameRun("logged", "whole");
  });

  test("killed while writing a line of the log", async () => {
    await stoppedAfter("line", 2, { set });
    writeFileSync(join(directory("line"), "metrics.jsonl"), `${bytesOf("line", "metrics.jsonl")}{"kind":"st`);
    await run("line", { set, resume: true });
    expectSameRun("line", "whole");
  });

  test("whose newest checkpoint is damaged, from the one before, with one warning", async () => {
    await stoppedAfter("damaged", 5, { set });
    const { path } = listCheckpoints(directory("damaged")).at(-1) as { path: string };
    truncateSync(join(path, "optimizer.safetensors"), 100);
    const said: string[] = [];
    await run("damaged", { set, resume: true, onMessage: (message) => said.push(message) });
    expect(said.filter((message) => message.includes("damaged"))).toEqual([
      expect.stringMatching(/step-00000005.optimizer\.safetensors.*continuing from step 3$/),
    ]);
    expectSameRun("damaged", "whole");
  });
});

describe("resuming", () => {
  test("is refused for another seed, batch, model or corpus, naming each", async () => {
    await stoppedAfter("changed", 2, { set });
    const other = write("other.tsv", `${tsv}one more\tmore one one\n`);
    const config = tinyConfig(
      other,
      "training.validBleu=0",
      ...set,
      "seed=9",
      "training.batchTokens=40",
      "data.maxTokens=20",
      "model.dropout=0.2",
    );
    const before = readdirSync(directory("changed"));
    const error = await failure("changed", { config, resume: true });
    expect(error).toMatchObject({ code: "ERR_CONFIG", exit: 78 });
    for (const difference of [
      "seed was 42 and is 9",
      "batchTokens was 30 and is 40",
      "trainCorpus was ",
      "data.maxTokens was 128 and is 20",
      "model.dropout was 0.1 and is 0.2",
      "--allow-change",
    ])
      expect(error.message).toContain(difference);
    expect(error.message).not.toContain("accumulate was");
    expect(readdirSync(directory("changed"))).toEqual(before);
  });

  test("is refused for another model, vocabulary or optimiser, whatever is allowed", async () => {
    await stoppedAfter("other", 2, { set });
    const before = readdirSync(directory("other"));
    const changes = {
      "model.positions=rotary": "model.positions was sinusoidal and is rotary",
      "model.heads=4": "model.heads was 2 and is 4",
      "tokenizer.lowercase=true": "tokenizer.lowercase was false and is true",
      "training.optimizer=sgd": "optimizer was adamw and is sgd",
    };
    for (const [change, said] of Object.entries(changes)) {
      const error = await failure("other", { set: [...set, change], resume: true, allowChange: true });
      expect(error).toMatchObject({ code: "ERR_CONFIG", exit: 78 });
      expect(error.message).toContain(`the run differs: ${said}; its weights depend on that`);
    }
    expect(readdirSync(directory("other"))).toEqual(before);
  });

  test("is refused where the optimiser's state is kept as older versions did", async () => {
    await stoppedAfter("older", 2, { set });
    const { path } = listCheckpoints(directory("older")).at(-1) as { path: string };
    const file = join(path, "state.json");
    const { optimizer, checksum, ...older } = JSON.parse(readFileSync(file, "utf8"));
    expect(optimizer).toBe("moments");
    writeFileSync(file, JSON.stringify(older));
    const error = await failure("older", { set, resume: true });
    expect(error).toMatchObject({ code: "ERR_MODEL", exit: 65 });
    expect(error.message).toBe(
      `${directory("older")}: its checkpoints store the optimiser's moments as sums, as older versions of Heed did; train from the beginning in another --run; its trained model still works`,
    );
  });

  test("leaves a configuration that says what the run is now, once it has saved something", async () => {
    await stoppedAfter("longer", 2, { set });
    const longer = [...set, "training.epochs=3", "model.dropout=0.2"];
    await run("longer", { set: longer, resume: true, allowChange: true });
    expect(bytesOf("longer", "config.yaml")).toMatch(/epochs: 3\b/);
    expect(bytesOf("longer", "config.yaml")).toMatch(/dropout: 0\.2\b/);
  });

  test("with another seed is allowed when asked for, and recorded for good", async () => {
    await stoppedAfter("allowed", 2, { set });
    const changed = [...set, "seed=9"];
    await stoppedAfter("allowed", 5, { set: changed, resume: true, allowChange: true });
    await run("allowed", { set: changed, resume: true });
    const { state } = loadCheckpoint<{ changes: string[] }>(
      listCheckpoints(directory("allowed")).at(-1)?.path ?? "",
    );
    expect(state.changes).toEqual(["seed was 42 and is 9"]);
  });

  test("a finished run changes nothing, and more epochs go on from its end", async () => {
    await run("more", { set: ["training.epochs=1", "training.average=0"] });
    const weights = bytesOf("more", "model.safetensors");
    const result = bytesOf("more", "result.json");
    const steps: number[] = [];
    const onStep: RunOptions["onStep"] = ({ step }) => {
      steps.push(step);
    };
    const done = await run("more", {
      set: ["training.epochs=1", "training.average=0"],
      resume: true,
      onStep,
    });
    expect(bytesOf("more", "model.safetensors")).toBe(weights);
    expect(steps).toEqual([]);
    expect(done.valid.loss).toBeGreaterThan(0);
    expect(bytesOf("more", "result.json")).toBe(result);
    expect(done.loss).toBe(JSON.parse(result).loss);
    await run("more", { set: ["training.epochs=2", "training.average=0"], resume: true, onStep });
    expect(steps[0]).toBe(done.steps + 1);
    expect(steps).toHaveLength(done.steps);
  });

  test("nothing is starting from the beginning", async () => {
    mkdirSync(directory("empty"));
    const said: string[] = [];
    const onMessage = (message: string): void => {
      said.push(message);
    };
    const { steps } = await run("empty", { set: ["training.steps=1"], resume: true, onMessage });
    expect(steps).toBe(1);
    expect(said[0]).toMatch(/^no checkpoint in .*empty: starting from the beginning$/);
  });
});
