/** A signal before the first step ends a run in time and leaves nothing that would refuse to start. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { corpus, directory, run, write } from "../training/tiny-runs.ts";

/** Words that do not repeat: slow to learn from, to encode and to filter. */
const word = (seed: number): string => (seed * 2654435761).toString(36) + (seed * 40503).toString(36);
const lines = Array.from({ length: 60_000 }, (_, i) => {
  const side = (of: number): string =>
    Array.from({ length: 8 }, (_, n) => word(i * 16 + of + n + 1)).join(" ");
  return `${side(0)}\t${side(8)}\n`;
});
const large = write("large.tsv", lines.join(""));
const set = [
  `data.train={ pairs: ${JSON.stringify(large)} }`,
  "tokenizer={ kind: bpe, vocab: 20000 }",
  "model.maxLength=200",
  "data.maxTokens=200",
];

describe("a signal before the first step", () => {
  test.each([
    ["before anything", 0],
    ["while data is read", 100],
    ["while vocabularies are learnt", 1500],
    ["later", 4000],
  ])(
    "%s ends the run within two seconds",
    async (name, ms) => {
      const controller = new AbortController();
      let aborted = 0;
      const abort = (): void => {
        aborted = performance.now();
        controller.abort();
      };
      if (ms === 0) abort();
      else setTimeout(abort, ms);
      const summary = await run(name, { set, signal: controller.signal });
      expect(performance.now() - aborted).toBeLessThan(2000);
      expect(summary).toMatchObject({ reason: "signal", steps: 0 });
      expect(existsSync(directory(name))).toBe(false);
    },
    60_000,
  );

  test("in an existing folder it leaves the folder fit to begin", async () => {
    const controller = new AbortController();
    controller.abort();
    expect((await run("again", { signal: controller.signal })).reason).toBe("signal");
    expect(await run("again", { set: [`data.train={ pairs: ${JSON.stringify(corpus)} }`] })).toMatchObject({
      reason: "finished",
    });
  });
});
