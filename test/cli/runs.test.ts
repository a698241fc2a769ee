/** `heed runs` on what a sweep wrote. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { meanInterval } from "../../src/evaluation/mean-interval.ts";
import { config, errorOf, type Finished, folder, heed, tsv } from "./heed.ts";

const { path, write } = folder();
const runs = join(path, "runs");
const shown = async (...args: string[]): Promise<Finished> => {
  const result = await heed(["runs", ...args]);
  expect(result.status, result.stderr).toBe(0);
  return result;
};

beforeAll(async () => {
  const settings = "epochs: 6, validBleu: 4, validateEvery: 8";
  const text = config(write("pairs.tsv", tsv))
    .replace("epochs: 12", settings)
    .replace("validateEvery: 40, ", "");
  const sweep = write("sweep.yaml", "seeds: [1, 2, 3]\ngrid: { model.heads: [1, 4] }");
  const trained = await heed(["train", write("config.yaml", text), "--sweep", sweep, "--run", runs]);
  expect(trained.status, trained.stderr).toBe(0);
  const unfinished = join(runs, "unfinished");
  cpSync(join(runs, "heads=1/seed=1"), unfinished, { recursive: true });
  rmSync(join(unfinished, "result.json"));
  mkdirSync(join(runs, "damaged"));
  writeFileSync(join(runs, "damaged/metrics.jsonl"), "{\n{\n");
}, 120_000);

describe("heed runs", () => {
  test("shows groups with intervals, every run, curves, and what cannot be compared", async () => {
    const { stdout } = await shown(runs);
    expect(stdout).toMatch(/^6 finished runs in 2 groups, 1 damaged, 1 unfinished; they differ in heads$/m);
    expect(stdout).toMatch(/^group +n +parameters +steps +ms\/step +tokens\/s +validation loss +BLEU$/m);
    expect(stdout).toMatch(
      /^heads=4 +3 +[\d,]+ +\d+ +[\d.]+ +[\d,]+ +\d\.\d{3} ± \d\.\d{3} +[\d.]+ ± [\d.]+$/m,
    );
    expect(stdout).toContain("95 % confidence interval");
    expect(stdout).toMatch(/^heads=1\/seed=3 +3 /m);
    expect(stdout).toMatch(/┤[\u2800-\u28ff ]*[\u2801-\u28ff]/u);
    expect(stdout).toMatch(/^unfinished +unfinished +stopped after step \d+$/m);
    expect(stdout).toMatch(/^damaged +damaged +.*config\.yaml: is missing$/m);
    expect(stdout).not.toContain("\u001b");
  });

  test("--json prints one object for each run and each group, with the documented keys", async () => {
    const { stdout } = await shown(runs, "--json");
    const objects = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const [runObjects, groups] = ["run", "group"].map((kind) => objects.filter((one) => one.kind === kind));
    expect(runObjects?.map(({ state }) => state).toSorted()).toEqual([
      "damaged",
      ...Array(6).fill("finished"),
      "unfinished",
    ]);
    const first = runObjects?.find(({ state }) => state === "finished");
    expect(Object.keys(first)).toEqual([
      "kind",
      "run",
      "state",
      "config",
      "seed",
      "parameters",
      "steps",
      "millisecondsPerStep",
      "tokensPerSecond",
      "valid",
    ]);
    expect(first.config).toEqual({ "model.heads": 1 });
    const group = groups?.find((one) => one.group === "heads=4");
    expect(Object.keys(group)).toEqual(["kind", "group", "config", "runs", "seeds", "valid"]);
    expect(group.seeds).toEqual([1, 2, 3]);
    const losses = group.runs.map(
      (directory: string) => JSON.parse(readFileSync(join(directory, "result.json"), "utf8")).valid.loss,
    );
    expect(group.valid.loss).toEqual(meanInterval(losses));
  });

  test("--out writes a page that needs nothing else", async () => {
    const out = join(path, "comparison.html");
    await shown(runs, "--out", out);
    const page = readFileSync(out, "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|\ssrc=|url\(|@import|NaN|undefined/);
    expect(page.match(/class="curves"/g)).toHaveLength(3);
    expect(page.match(/class="intervals"/g)).toHaveLength(2);
    for (const text of ["heads=4", "n = 3", "Not compared", "is missing"]) expect(page).toContain(text);
  });

  test("takes one run as well", async () => {
    const { stdout } = await shown(join(runs, "heads=1/seed=1"));
    expect(stdout).toMatch(/^1 finished run$/m);
    expect(stdout).not.toContain("±");
  });

  test("says when there is nothing to compare", async () => {
    const empty = join(path, "empty");
    mkdirSync(empty);
    const nothing = await heed(["runs", empty]);
    expect(nothing.status).toBe(66);
    expect(errorOf(nothing)).toContain("holds no runs; give a directory that holds runs of `heed train`");
    expect((await heed(["runs", join(path, "absent")])).status).toBe(66);
  });

  test("explains its intervals", async () => {
    const { stdout } = await heed(["runs", "--help"]);
    const text = stdout.replace(/\s+/g, " ");
    for (const part of ["Student's t", "n - 1 degrees of freedom", "Examples:"]) {
      expect(text).toContain(part);
    }
  });
});
