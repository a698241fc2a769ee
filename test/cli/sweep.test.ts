/** `heed train --sweep` on real files. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { config, errorOf, type Finished, finished, folder, heed, start, tsv, until } from "./heed.ts";

const { path, write } = folder();
const runs = join(path, "runs");
const configFile = write(
  "config.yaml",
  `${config(write("pairs.tsv", tsv)).replace("epochs: 12", "epochs: 6, validBleu: 4")}`,
);
const sweepFile = write(
  "sweep.yaml",
  `
seeds: [1, 2]
grid: { model.heads: [1, 2] }
variants:
  wild: { training.learningRate: 100, training.optimizer: sgd, training.clip: 0, training.warmup: 0 }
`,
);
const sweep = (...more: string[]): Promise<Finished> =>
  heed(["train", configFile, "--sweep", sweepFile, "--run", runs, "--json", ...more]);
const parsed = ({ stdout }: Finished): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const weights = (directory: string): Buffer => readFileSync(join(directory, "model.safetensors"));
const trained = ["heads=1/seed=1", "heads=2/seed=1", "heads=1/seed=2", "heads=2/seed=2"] as const;

let first: Finished;
beforeAll(async () => {
  first = await sweep();
}, 120_000);

describe("a sweep", () => {
  test("prints one JSON object for each cell that ended", () => {
    const results = parsed(first);
    expect(results.map(({ cell, seed }) => `${cell}/seed=${seed}`)).toEqual(trained);
    expect(Object.keys(results[0] ?? {})).toEqual([
      "cell",
      "seed",
      "run",
      "steps",
      "epochs",
      "seconds",
      "tokensPerSecond",
      "loss",
      "valid",
      "parameters",
    ]);
    expect(results[0]?.run).toBe(join(runs, "heads=1/seed=1"));
  });

  test("goes on after a cell that fails, reports it and returns its status", () => {
    expect(first.status, first.stderr).toBe(80);
    expect(first.stderr).toMatch(
      /^wild\/seed=1: failed: step \d+: the (loss|gradient) is not a finite number/m,
    );
    expect(first.stderr).toContain("6 cells: 4 trained, 2 failed");
    expect(existsSync(join(runs, "wild/seed=1/diverged.json"))).toBe(true);
  });

  test("says for each cell how far the sweep is", () => {
    expect(first.stderr).toMatch(/^sweep .* 1 of 6 heads=1\/seed=1/m);
    expect(first.stderr).toMatch(/^sweep .* 6 of 6, 1 failed wild\/seed=2/m);
  });

  test("writes what `heed train` with those settings writes", async () => {
    const alone = join(path, "alone");
    const set = ["--set", "model.heads=2", "--set", "seed=2"];
    const { status } = await heed(["train", configFile, "--run", alone, ...set]);
    expect(status).toBe(0);
    const cell = join(runs, "heads=2/seed=2");
    expect(readdirSync(cell).sort()).toEqual(readdirSync(alone).sort());
    for (const name of ["config.yaml", "metrics.jsonl", "tokenizer.json"])
      expect(readFileSync(join(cell, name), "utf8"), name).toBe(readFileSync(join(alone, name), "utf8"));
    expect(weights(cell).equals(weights(alone))).toBe(true);
  });

  test("started again skips what has ended and prints it again", async () => {
    const touched = (): number[] =>
      trained.map((name) => statSync(join(runs, name, "metrics.jsonl")).mtimeMs);
    const before = touched();
    const again = await sweep();
    expect(touched()).toEqual(before);
    expect(parsed(again)).toEqual(parsed(first));
    expect(again.stderr).toContain("4 done before, 2 failed");
  });

  test("does not take a run with another configuration for its own", async () => {
    const other = await sweep("--set", "model.dModel=16");
    expect(other.status).toBe(78);
    expect(other.stderr).toContain("holds a run with another configuration: model.dModel was 32 and is 16");
    expect(other.stdout).toBe("");
  });

  test("stopped by a signal goes on where it was, to the same weights", async () => {
    const stopped = join(path, "stopped");
    const command = ["train", configFile, "--sweep", sweepFile, "--run", stopped];
    const child = start(...command, "--set", "training.epochs=30");
    const ended = finished(child);
    await until(() => existsSync(join(stopped, "heads=1/seed=1/metrics.jsonl")), child);
    child.kill("SIGTERM");
    const { status, stderr } = await ended;
    expect(status, stderr).toBe(143);
    expect(stderr).toContain("run the same command again to continue");
    expect(readdirSync(stopped)).toEqual(["heads=1"]);
    expect(existsSync(join(stopped, "heads=1/seed=1/result.json"))).toBe(false);

    const one = write("one.yaml", "seeds: [1]\ngrid: { model.heads: [1] }");
    const only = ["train", configFile, "--sweep", one, "--set", "training.epochs=30", "--run"];
    const [resumed, whole] = [await heed([...only, stopped]), await heed([...only, join(path, "whole")])];
    expect([resumed.status, whole.status], resumed.stderr).toEqual([0, 0]);
    const [a = "", b = ""] = [stopped, join(path, "whole")].map((each) => join(each, "heads=1/seed=1"));
    expect(weights(a).equals(weights(b))).toBe(true);
    expect(existsSync(join(a, "result.json"))).toBe(true);
  });
});

describe("before anything is trained a sweep", () => {
  const nowhere = join(path, "nowhere");
  const refused = async (yaml: string, ...more: string[]): Promise<Finished> => {
    rmSync(nowhere, { recursive: true, force: true });
    const result = await heed([
      "train",
      configFile,
      "--sweep",
      write("bad.yaml", yaml),
      "--run",
      nowhere,
      ...more,
    ]);
    expect(existsSync(nowhere)).toBe(false);
    return result;
  };

  test("holds every cell's configuration to the rules", async () => {
    const result = await refused("seeds: [1]\ngrid: { model.heads: [1, 3] }");
    expect(result.status).toBe(78);
    expect(errorOf(result)).toMatch(
      /bad\.yaml: heads=3 has an invalid configuration .*3 heads do not divide/,
    );
  });

  test("wants no --resume", async () => {
    const result = await refused("seeds: [1]", "--resume");
    expect(result.status).toBe(64);
    expect(errorOf(result)).toContain("a sweep always resumes its unfinished runs");
  });

  test("prints all configurations when asked, and trains none", async () => {
    const result = await refused("seeds: [1, 2]", "--print-config");
    expect(result.status).toBe(0);
    expect(result.stdout.match(/^--- # seed=[12]$/gm)).toHaveLength(2);
    expect(result.stdout).toContain("seed: 2");
  });
});
