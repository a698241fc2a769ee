/** Whole runs in temporary directories: what they write, and that stopping and going on leaves no trace. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import type { Config } from "../../src/training/config.ts";
import { openRun } from "../../src/training/open-run.node.ts";
import { parseConfig } from "../../src/training/parse-config.ts";
import { type RunOptions, type RunSummary, trainRun } from "../../src/training/run.node.ts";
import { listCheckpoints, loadCheckpoint } from "../../src/training/run-directory.node.ts";
import type { Position } from "../../src/training/trainer.ts";
import { pairs, sharedEngine, tinyConfig, tsv } from "./tiny.ts";

const folder = mkdtempSync(join(tmpdir(), "heed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const corpus = write("pairs.tsv", tsv);
const directory = (name: string): string => join(folder, name);
const bytesOf = (run: string, name: string): string => readFileSync(join(directory(run), name), "latin1");
const linesOf = (run: string, name = "metrics.jsonl"): Record<string, unknown>[] =>
  bytesOf(run, name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

interface Setting extends Omit<Partial<RunOptions>, "config"> {
  readonly config?: Config;
  readonly set?: readonly string[];
}

async function run(name: string, { set = [], config, ...options }: Setting = {}): Promise<RunSummary> {
  return trainRun({
    config: config ?? tinyConfig(corpus, "training.validBleu=0", ...set),
    directory: directory(name),
    engine: await sharedEngine(),
    ...options,
  });
}

async function failure(name: string, setting: Setting = {}): Promise<HeedError> {
  const error = await run(name, setting).then(
    () => new Error("the run succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof HeedError) return error;
  throw error;
}

/** A run that gets a signal right after a step. */
async function stoppedAfter(name: string, step: number, setting: Setting = {}): Promise<RunSummary> {
  const controller = new AbortController();
  const onStep: RunOptions["onStep"] = (record) => {
    if (record.step === step) controller.abort();
  };
  return run(name, { ...setting, onStep, signal: controller.signal });
}

const positionIn = (name: string): Position =>
  loadCheckpoint<{ position: Position }>(listCheckpoints(directory(name)).at(-1)?.path ?? "").state.position;

/** What must not depend on whether a run was interrupted. */
function expectSameRun(name: string, whole: string): void {
  for (const file of ["model.safetensors", "metrics.jsonl", "tokenizer.json", "config.yaml"])
    expect(bytesOf(name, file), file).toBe(bytesOf(whole, file));
  expect(positionIn(name)).toEqual(positionIn(whole));
  const last = (run: string): string =>
    `checkpoints/${readdirSync(join(directory(run), "checkpoints")).at(-1)}`;
  for (const file of ["model.safetensors", "optimizer.safetensors"])
    expect(bytesOf(name, join(last(name), file)), file).toBe(bytesOf(whole, join(last(whole), file)));
  expect(existsSync(join(directory(name), "lock"))).toBe(false);
}

// Validations in the middle of epochs, one batch of each epoch left for a smaller update.
const set = ["training.validateEvery=3", "training.accumulate=2", "training.epochs=3"];
let whole: RunSummary;
beforeAll(async () => {
  whole = await run("whole", { set });
});

describe("a run", () => {
  test("writes what the design says", () => {
    const found = readdirSync(directory("whole"));
    for (const name of ["config.yaml", "tokenizer.json", "model.safetensors", "metrics.jsonl", "checkpoints"])
      expect(found).toContain(name);
    expect(found.filter((name) => name.startsWith(".") || name === "lock")).toEqual([]);
    for (const { path } of listCheckpoints(directory("whole")))
      expect(readdirSync(path).sort()).toEqual(["model.safetensors", "optimizer.safetensors", "state.json"]);
  });

  test("opens again with its configuration, vocabulary and weights", () => {
    const { config, weights, tokenizers } = openRun(directory("whole"));
    expect(config).toEqual(tinyConfig(corpus, "training.validBleu=0", ...set));
    expect(tokenizers.source.decode(tokenizers.source.encode("two red house"))).toBe("two red house");
    expect(weights.size).toBeGreaterThan(10);
    for (const { data } of weights.values()) expect((data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test("sums itself up", () => {
    expect(whole).toMatchObject({ run: directory("whole"), epochs: 3, reason: "finished" });
    expect(whole.steps).toBeGreaterThan(8);
    expect(whole.tokensPerSecond).toBeGreaterThan(0);
    expect(whole.valid.loss).toBeGreaterThan(0);
    expect(whole.loss).toBe(
      linesOf("whole")
        .filter(({ kind }) => kind === "step")
        .at(-1)?.loss,
    );
  });

  test("logs every step and validation, nothing that depends on the clock", () => {
    const lines = linesOf("whole");
    const steps = lines.filter(({ kind }) => kind === "step");
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: whole.steps }, (_, i) => i + 1));
    expect(Object.keys(steps[0] ?? {}).sort()).toEqual(
      [
        "epoch",
        "gradientNorm",
        "kind",
        "learningRate",
        "loss",
        "negativeLogLikelihood",
        "step",
        "tokens",
      ].sort(),
    );
    const validations = lines.filter(({ kind }) => kind === "validation");
    expect(validations.map(({ step }) => step)).toEqual(expect.arrayContaining([3, 6, whole.steps]));
    expect(steps.at(-1)?.loss as number).toBeLessThan(steps[0]?.loss as number);
  });

  test("with the same seed is the same to the bit", async () => {
    const again = await run("again", { set });
    expectSameRun("again", "whole");
    expect(again.valid).toEqual(whole.valid);
  });

  test("with another seed is another", async () => {
    await run("other seed", { set: [...set, "seed=7"] });
    expect(bytesOf("other seed", "metrics.jsonl")).not.toBe(bytesOf("whole", "metrics.jsonl"));
  });

  test("does not go where a run is already", async () => {
    const before = bytesOf("whole", "metrics.jsonl");
    const error = await failure("whole", { set });
    expect(error).toMatchObject({ code: "ERR_CREATE", exit: 73 });
    expect(error.message).toMatch(/there is a run here already; continue it with --resume/);
    expect(bytesOf("whole", "metrics.jsonl")).toBe(before);
  });

  test("translates for BLEU while it trains, also into the longest sentences its model can say", async () => {
    const { valid } = await run("bleu", {
      set: ["training.validBleu=4", "model.maxLength=6", "training.steps=2"],
    });
    expect(valid.bleu).toBeGreaterThanOrEqual(0);
    expect(linesOf("bleu").find(({ kind }) => kind === "validation")).toHaveProperty("bleu");
  });
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
      import { trainRun } from ${module("../../src/training/run.node.ts")};
      import { openEngine } from ${module("../../src/runtime/open-engine.node.ts")};
      import { tinyConfig } from ${module("tiny.ts")};
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
    expect(from).toEqual([step === 1 ? 0 : 3]);
    if (step === 1) expect(said[0]).toMatch(/no checkpoint in .*: starting from the beginning/);
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
      expect.stringMatching(/step-00000005.optimizer\.safetensors.*going on from step 3$/),
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
      "model.dropout=0.2",
    );
    const before = readdirSync(directory("changed"));
    const error = await failure("changed", { config, resume: true });
    expect(error).toMatchObject({ code: "ERR_CONFIG", exit: 78 });
    for (const difference of [
      "seed was 42 and is 9",
      "batchTokens was 30 and is 40",
      "trainCorpus was ",
      '"dropout":0.2',
      "--allow-change",
    ])
      expect(error.message).toContain(difference);
    expect(error.message).not.toContain("accumulate was");
    expect(readdirSync(directory("changed"))).toEqual(before);
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

describe("the average of the last checkpoints", () => {
  const averaged = async (
    name: string,
    ...more: string[]
  ): Promise<{ said: string[]; summary: RunSummary }> => {
    const said: string[] = [];
    const onMessage = (message: string): void => {
      said.push(message);
    };
    const summary = await run(name, { set: ["training.validateEvery=4", ...more], onMessage });
    return { said: said.filter((message) => message.includes("averaged")), summary };
  };

  test("is kept when it is better, and is their mean", async () => {
    // A rate so high that the weights jump around: their mean is better than each.
    const { said, summary } = await averaged(
      "jumping",
      "training.learningRate=0.3",
      "training.epochs=6",
      "training.average=3",
    );
    expect(said).toEqual([expect.stringMatching(/^3 checkpoints averaged: .*, kept$/)]);
    const last = listCheckpoints(directory("jumping")).slice(-3);
    const record = linesOf("jumping").at(-1);
    expect(record).toMatchObject({ kind: "average", checkpoints: last.map(({ step }) => step) });
    expect(record?.loss).toBe(summary.valid.loss);
    const model = decodeSafetensors(readFileSync(join(directory("jumping"), "model.safetensors")), "model");
    const parts = last.map(({ path }) => loadCheckpoint(path).model);
    for (const [name, { data }] of model) {
      const mean = (data as Float32Array).map((_, i) =>
        parts.reduce((sum, part) => sum + Number(part.get(name)?.data[i]) / parts.length, 0),
      );
      (data as Float32Array).forEach((value, i) => {
        expect(value).toBeCloseTo(mean[i] as number, 5);
      });
    }
    expect(summary.valid.loss).toBeLessThan(positionIn("jumping").best?.loss as number);
  });

  test("is left alone when it is not", async () => {
    const { said, summary } = await averaged("steady", "training.average=5", "training.epochs=4");
    expect(said).toEqual([expect.stringMatching(/averaged: .*, not better than /)]);
    const best = positionIn("steady").best?.step;
    const path = listCheckpoints(directory("steady")).find(({ step }) => step === best)?.path ?? "";
    expect(bytesOf("steady", "model.safetensors")).toBe(
      readFileSync(join(path, "model.safetensors"), "latin1"),
    );
    expect(linesOf("steady").some(({ kind }) => kind === "average")).toBe(false);
    expect(summary.valid.loss).toBe(positionIn("steady").best?.loss);
  });
});

describe("divergence", () => {
  /** Beyond what a configuration may say. */
  const absurd = (...more: string[]): Config => {
    const config = tinyConfig(
      corpus,
      "training.validBleu=0",
      "training.optimizer=sgd",
      "training.clip=0",
      "training.warmup=0",
      ...more,
    );
    return { ...config, training: { ...config.training, learningRate: 1e30 } };
  };

  test("stops with the numbers of the batch's lines, and saves them", async () => {
    const error = await failure("diverged", { config: absurd() });
    expect(error).toMatchObject({ code: "ERR_DIVERGED", exit: 80 });
    expect(error.message).toMatch(
      /^step \d+: the (loss|gradient) is not a finite number \(learning rate 1\.00e\+30/,
    );
    const saved = JSON.parse(bytesOf("diverged", "diverged.json")) as { step: number; batches: number[][] };
    expect(error.message).toContain(`step ${saved.step}:`);
    expect(saved.batches).toHaveLength(1);
    const lines = saved.batches.flat();
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(pairs[line - 1]).toBeDefined();
    expect(existsSync(join(directory("diverged"), "model.safetensors"))).toBe(false);
    expect(existsSync(join(directory("diverged"), "lock"))).toBe(false);
    expect(listCheckpoints(directory("diverged"))).toEqual([]);
  });

  test("in a later epoch leaves the best model and its checkpoint as they were", async () => {
    const sgd = ["training.optimizer=sgd", "training.clip=0", "training.average=0"];
    await run("later", { set: [...sgd, "training.epochs=1"] });
    const before = bytesOf("later", "model.safetensors");
    const checkpoints = listCheckpoints(directory("later"));
    const error = await failure("later", { config: absurd(), resume: true });
    expect(error.code).toBe("ERR_DIVERGED");
    expect(bytesOf("later", "model.safetensors")).toBe(before);
    expect(listCheckpoints(directory("later"))).toEqual(checkpoints);
    expect(() => openRun(directory("later"))).not.toThrow();
  });

  test("seen while validating saves no weights either", async () => {
    const error = await failure("validation", { config: absurd("training.validateEvery=1") });
    expect(error.code).toBe("ERR_DIVERGED");
    expect(error.message).toMatch(/^step 1: the validation loss is not a finite number/);
    expect(existsSync(join(directory("validation"), "model.safetensors"))).toBe(false);
    expect(listCheckpoints(directory("validation"))).toEqual([]);
  });
});

describe("a corpus", () => {
  const withData = (train: string, valid = corpus, ...more: string[]): Config =>
    parseConfig(
      `data: { train: { pairs: ${JSON.stringify(train)} }, valid: { pairs: ${JSON.stringify(valid)} } }`,
      "tiny.yaml",
      ["tokenizer.kind=word", "model.dModel=16", "model.layers=1", "model.feedForward=16", ...more],
    );

  test.each<[string, Config, RegExp]>([
    ["without a line", withData(write("nothing.tsv", "")), /nothing\.tsv: .*no pairs/],
    [
      "of which nothing is left",
      withData(write("blank.tsv", `\t\n \ta\na\t \nb\t${"c ".repeat(300)}\nd\t${"e ".repeat(30)}\n`)),
      /blank\.tsv: all 5 pairs were filtered out: 3 empty, 1 too long, 1 too uneven, 0 duplicate/,
    ],
    [
      "without a line to validate with",
      withData(corpus, write("novalid.tsv", "")),
      /novalid\.tsv: .*no pairs/,
    ],
  ])("%s is ERR_DATA and makes no run", async (title, config, message) => {
    const error = await failure(title, { config });
    expect(error).toMatchObject({ code: "ERR_DATA", exit: 65 });
    expect(error.message).toMatch(message);
    expect(existsSync(directory(title))).toBe(false);
  });

  test("may hold validation sentences that are longer than the model's, which do not count", async () => {
    const said: string[] = [];
    const onMessage = (message: string): void => {
      said.push(message);
    };
    const valid = write("long.tsv", `${"one ".repeat(40)}\tcat\ncat\t${"one ".repeat(40)}\n${tsv}`);
    const long = tinyConfig(corpus, `data.valid.pairs=${valid}`, "training.steps=2", "training.average=0");
    const summary = await run("long", { config: long, onMessage });
    const usual = await run("usual", {
      config: tinyConfig(corpus, "training.steps=2", "training.average=0"),
    });
    expect(summary.valid).toEqual(usual.valid);
    expect(said).toContainEqual(expect.stringMatching(/2 validation pairs .*longer/));
  });
});
