/** The examples run as they are, and say what their comments promise. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

async function example(
  name: string,
  environment: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): Promise<string> {
  const program = ["--import", "tsx", `examples/${name}.ts`, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, program, {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  return stdout;
}

test("attention: prints each matrix, rows of weights sum to 1, and the verb looks at the milk", async () => {
  const printed = await example("attention");
  const rows = (title: string): Record<string, number[]> => {
    const block = printed.slice(printed.indexOf(title)).split("\n").slice(1, 5);
    return Object.fromEntries(
      block.map((line) => {
        const [word = "", ...numbers] = line.trim().split(/ +/);
        return [word, numbers.map(Number)];
      }),
    );
  };
  expect(Object.keys(rows("q = "))).toEqual(["the", "cat", "drank", "milk"]);
  expect(rows("q = ").drank).toEqual([2, 1]);
  const weights = rows("softmax");
  for (const row of Object.values(weights)) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 1);
  expect(Math.max(...(weights.drank ?? []))).toBe(weights.drank?.[3]);
  // The weighted sum of the values, by hand.
  const value = Object.values(rows("v = "));
  const context = (weights.drank ?? []).reduce((sum, weight, i) => sum + weight * (value[i]?.[1] ?? 0), 0);
  expect(rows("weights ·").drank?.[1]).toBeCloseTo(context, 1);
});

test("translator: fits on a slide, learns and translates", async () => {
  const lines = readFileSync(join(root, "examples/translator.ts"), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThan(60);
  const printed = await example("translator", { EPOCHS: "1" });
  const losses = [...printed.matchAll(/loss ([\d.]+)/g)].map((match) => Number(match[1]));
  expect(losses.length).toBeGreaterThan(2);
  expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] ?? 0));
  expect(printed.match(/ → {2}\p{L}/gu)).toHaveLength(8);
});

describe("scale", () => {
  const rows = async (...args: string[]): Promise<number[][]> =>
    (await example("scale", {}, args))
      .trimEnd()
      .split("\n")
      .slice(2)
      .map((line) => line.replace("%", "").trim().split(/ +/).map(Number));

  test("prints what the ring model gives, by hand", async () => {
    // 6 · 1e6 · 1000 / 1e9 = 6 s; two ranks send 1 · 4 MB over 1 Gbit/s = 0.032 s and wait 2 · 0.5 s.
    const [one, two] = await rows(
      ...["--parameters", "1e6", "--tokens", "1000", "--gflops", "1", "--gbit", "1", "--latency", "5e5"],
      ...["--ranks", "2"],
    );
    expect(one).toEqual([1, 6, 0, 100, 167]);
    expect(two).toEqual([2, 6, 1.032, 85.3, 284]);
  });

  test("half the bytes, and fewer reductions, cost that much less", async () => {
    const [[, , whole = 0] = []] = (await rows("--latency", "1e-9")).slice(-1);
    const [[, , half = 0] = []] = (await rows("--latency", "1e-9", "--bytes", "2")).slice(-1);
    const [[, , tenth = 0] = []] = (await rows("--latency", "1e-9", "--local", "10")).slice(-1);
    expect(half).toBeCloseTo(whole / 2, 3);
    expect(tenth).toBeCloseTo(whole / 10, 3);
  });

  test("refuses what is no number", async () => {
    await expect(example("scale", {}, ["--ranks", "1.5"])).rejects.toThrow(
      "--ranks 1.5: give a whole number above 0",
    );
  });
});
