/** Transformers whose decoder layers have a recurrent unit instead of self-attention: `model.decoder: ssru`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, heed, tsv } from "../cli/heed.ts";

const { path, write } = folder();
const run = join(path, "run");
const pairs = write("pairs.tsv", tsv);
const config = write(
  "config.yaml",
  `data: { train: { pairs: ${pairs} }, valid: { pairs: ${pairs} } }
tokenizer: { kind: word }
model: { layers: 1, dModel: 16, heads: 2, feedForward: 16, decoder: ssru }
training: { batchTokens: 60, epochs: 40, learningRate: 0.01, warmup: 1, schedule: constant, average: 0 }
`,
);

describe("a translator with an SSRU decoder", () => {
  test("learns, translates, and scores what it wrote as its search did", async () => {
    const { status, stderr } = await heed(["train", config, "--run", run]);
    expect(status, stderr).toBe(0);
    const log = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
    const losses = log.map((line) => JSON.parse(line)).flatMap(({ loss, valid }) => (valid ? [] : [loss]));
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    const [source = ""] = tsv.split("\t");
    for (const beam of ["1", "3"]) {
      const { stdout } = await heed(["translate", run, "--beam", beam, "--json"], `${source}\n`);
      const [{ text, logProbability, score }] = JSON.parse(stdout).hypotheses;
      const scored = await heed(
        ["translate", run, "--target", write("said.txt", `${text}\n`), "--json"],
        `${source}\n`,
      );
      const found = JSON.parse(scored.stdout);
      expect(found.score ?? found.hypotheses[0].score, scored.stderr + score).toBeCloseTo(
        score ?? logProbability,
        4,
      );
    }
  });

  test("is not exported as something else: exit 65", async () => {
    const { status, stderr } = await heed(["export", run, "--to", join(path, "out")]);
    expect([status, stderr.includes("SSRU")], stderr).toEqual([65, true]);
  });
});
