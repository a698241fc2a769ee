/** Whole runs in temporary directories: what they write, keep and refuse. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoints.node.ts";
import { openRun, openRunOf } from "../../src/runs/open-run.node.ts";
import type { RunSummary } from "../../src/runs/summary.ts";
import { pairs, tinyConfig, tsv } from "../training/tiny.ts";
import {
  bytesOf,
  corpus,
  directory,
  expectSameRun,
  failure,
  linesOf,
  positionIn,
  run,
  set,
  write,
} from "../training/tiny-runs.ts";

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
    const { config, weights, tokenizers } = openRunOf(directory("whole"), "translate");
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

  test("says in its report what the kept model reached, and when", () => {
    const page = readFileSync(join(directory("whole"), "report.html"), "utf8");
    expect(page).toContain(`<dt>Validation loss</dt><dd>${whole.valid.loss.toFixed(3)} nats per token</dd>`);
    const validations = linesOf("whole").filter(({ kind }) => kind === "validation");
    const losses = validations.map(({ loss }) => loss as number);
    const bestLast =
      Math.min(...losses) === losses.at(-1) || linesOf("whole").some(({ kind }) => kind === "average");
    expect(page.includes("<dt>Best after</dt>")).toBe(!bestLast);
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
    expect(error.message).toMatch(/there is already a run here; continue it with --resume/);
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
    // A rate so high that the weights jump around: their mean is better than each, here with every seed tried.
    const { said, summary } = await averaged(
      "jumping",
      "training.learningRate=0.05",
      "training.epochs=10",
      "training.average=8",
    );
    expect(said).toEqual([expect.stringMatching(/^8 checkpoints averaged: .*, kept$/)]);
    const last = listCheckpoints(directory("jumping")).slice(-8);
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
