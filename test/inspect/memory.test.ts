/** A look takes no more memory than it says, and does not say much more than it takes. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("all weights of 512 + 512 tokens stay within what the inspector says", () => {
  // In a process of its own: peaks of other tests would hide this one's.
  const output = execFileSync(
    process.execPath,
    ["--import", "tsx", "bench/inspect/memory.ts", "2", "64", "8"],
    {
      encoding: "utf8",
    },
  );
  const { said, took } = JSON.parse(output) as { said: number; took: number };
  expect(took).toBeLessThanOrEqual(said);
  // Three kinds of attention in two layers of 8 heads of 512 × 512 weights are 96 MiB, in the runtime and as results.
  expect(said).toBeGreaterThanOrEqual(96);
  expect(took).toBeGreaterThan(said / 4);
});
