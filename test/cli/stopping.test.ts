/** A command that is asked to stop does so soon, wherever it is, and leaves nothing half done. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { config, finished, folder, heed, start, tsv } from "./heed.ts";

const { path, write } = folder();
const run = join(path, "run");
/** More than any of the commands gets through in a minute. */
const MANY = 4000;
const pairs = write("many.tsv", tsv.repeat(MANY));
const source = write("many.en", tsv.replace(/\t.*/g, "").repeat(MANY));
const input = tsv.replace(/\t.*/g, "").repeat(MANY);

beforeAll(async () => {
  const yaml = write("config.yaml", config(write("pairs.tsv", tsv)));
  const trained = await heed(["train", yaml, "--run", run]);
  expect(trained.status, trained.stderr).toBe(0);
}, 120_000);

/** Milliseconds that a command goes on at most: two seconds, and some for a machine on which other tests run. */
const SOON = 6000;

test.each([
  ["translating", ["translate", run, "--beam", "20"]],
  ["scoring given translations", ["translate", run, "--target", source]],
  [
    "translating a shard",
    ["translate", run, "--beam", "20", "--shard", "1/2", "--parts", join(path, "parts")],
  ],
  [
    "looking for a shard's lines",
    ["translate", run, "--shard", "99999/100000", "--parts", join(path, "far")],
  ],
  ["aligning", ["align", run, "--pairs", pairs]],
  ["evaluating", ["evaluate", run, "--source", source, "--reference", source, "--beam", "20"]],
  [
    "evaluating perplexity",
    ["evaluate", run, "--source", source, "--reference", source, "--metrics", "perplexity"],
  ],
  ["surveying heads", ["heads", run, "--pairs", pairs, "--sentences", "10000"]],
])("%s", async (_, args) => {
  const before = readdirSync(path);
  const child = start(...args);
  child.stdin.on("error", () => undefined);
  child.stdin.write(input);
  const end = finished(child);
  // Reading, opening sessions, computing: wherever it is.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(child.exitCode, "still at work").toBe(null);
  const began = performance.now();
  child.kill("SIGTERM");
  const { status, stderr } = await end;
  expect(status, stderr).toBe(143);
  expect(performance.now() - began).toBeLessThan(SOON);
  expect(
    readdirSync(path).filter((name) => !before.includes(name) && !["parts", "far"].includes(name)),
  ).toEqual([]);
  for (const name of ["parts", "far"].filter((each) => readdirSync(path).includes(each)))
    expect(readdirSync(join(path, name)).filter((each) => each.startsWith("part-"))).toEqual([]);
});
