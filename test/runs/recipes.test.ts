/** Runs with the options of small models, all together: interrupted, resumed, and what they keep. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import { loadCheckpoint } from "../../src/runs/checkpoints.node.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import type { TranslatorRun } from "../../src/runs/open-run.ts";
import { translatorOver } from "../../src/runs/ready.ts";
import type { RunSummary } from "../../src/runs/summary.ts";
import { sharedEngine } from "../training/tiny.ts";
import { corpus, directory, expectSameRun, failure, run, set, stoppedAfter } from "../training/tiny-runs.ts";

const model = ["normKind=rms", "norm=pre", "activation=swiglu", "positions=rotary", "qkNorm=true"];
const training = ["optimizer=muon", "ema=0.9", "rDrop=2", "bpeDropout=0.1", "smoothOver=pieces"];
const all = [
  ...set,
  ...["tokenizer.kind=bpe", "tokenizer.vocab=270", "model.keyValueHeads=1", "model.fixNorm=true"],
  ...["model.dropout=0.1", "training.labelSmoothing=0.1"],
  ...model.map((key) => `model.${key}`),
  ...training.map((key) => `training.${key}`),
];

let whole: RunSummary;
beforeAll(async () => {
  whole = await run("whole", { set: all });
});

test.each([2, 4])(
  "stopped after step %i and resumed, they end as if nothing had happened, to the bit",
  async (at) => {
    await stoppedAfter(`at ${at}`, at, { set: all });
    const resumed = await run(`at ${at}`, { set: all, resume: true });
    expectSameRun(`at ${at}`, "whole");
    expect(resumed.steps).toBe(whole.steps);
  },
);

test("a checkpoint has the averages as its model, and the weights beside Muon's momentum", () => {
  const last = readdirSync(join(directory("whole"), "checkpoints")).at(-1) ?? "";
  const { model, optimizer } = loadCheckpoint(join(directory("whole"), "checkpoints", last));
  const path = "encoder.0.attention.query.weight";
  expect(optimizer.has(`optimizer.u.${path}`)).toBe(true);
  expect(optimizer.has("optimizer.m.embed.weight")).toBe(true);
  const [average, live] = [model.get(path), optimizer.get(`optimizer.live.${path}`)];
  expect(live?.shape).toEqual(average?.shape);
  expect(live?.data).not.toEqual(average?.data);
  expect([...optimizer.keys()].filter((name) => name.startsWith("optimizer.live.")).length).toBe(model.size);
});

test("the model translates a sentence alone as in a batch", async () => {
  const engine = await sharedEngine();
  const translator = await translatorOver(openRun(directory("whole")) as TranslatorRun, engine);
  const sentences = ["two cat", "six red house", "one"];
  const together = await translator.translate(sentences);
  for (const [i, sentence] of sentences.entries()) {
    const [alone] = await translator.translate([sentence]);
    expect(alone?.hypotheses[0]?.text).toBe(together[i]?.hypotheses[0]?.text);
  }
  translator.close();
});

test("every head of queries shows the keys that its group shares, and can be switched off", async () => {
  const engine = await sharedEngine();
  const opened = openRun(directory("whole"));
  const look = await openInspector({ engine, of: opened, weights: opened.weights });
  const place = "decoder.0.cross";
  const given = { source: "two cat", target: "cat two two" };
  const seen = await look.run(given, { taps: [`${place}.keys`, `${place}.weights`] });
  const keys = seen.taps.get(`${place}.keys`);
  expect(keys?.axes[1]).toMatchObject({ name: "heads", size: 2 });
  const half = (keys?.data.length ?? 0) / 2;
  expect(keys?.data.slice(0, half)).toEqual(keys?.data.slice(half));
  const off = await look.run(given, { intervene: [{ at: `${place}.heads`, head: 1, to: 0 }] });
  expect(off.said.logProbabilities).not.toEqual(seen.said.logProbabilities);
  look.close();
});

test("local steps are refused in one process", async () => {
  const { message } = await failure("alone", { set: ["training.localSteps=5"] });
  expect(message).toBe(
    "training.localSteps: has no effect in one process; start several ranks with mpirun, or leave it out",
  );
});

test("an average cannot begin in the middle of a run", async () => {
  const without = all.filter((key) => !key.startsWith("training.ema"));
  const { message } = await failure("at 2", { set: without, resume: true });
  expect(message).toContain("training.ema was 0.9 and is unset");
});

const config = (keys: string): string => `
data: { train: { pairs: ${corpus} }, valid: { pairs: ${corpus} } }
${keys}`;
test.each([
  ["model: { dropout: 0 }\ntraining: { rDrop: 5 }", '"training.rDrop" has no effect without dropout'],
  [
    "training: { labelSmoothing: 0, smoothOver: pieces }",
    '"training.smoothOver" has no effect without "training.labelSmoothing"',
  ],
  [
    "tokenizer: { kind: word }\ntraining: { bpeDropout: 0.1 }",
    '"training.bpeDropout" has no effect on tokens of kind word',
  ],
  [
    "training: { bpeDropout: 0.1, guidedAlignment: { links: x.txt } }",
    '"training.bpeDropout": the links of guidedAlignment are of pieces that stay the same',
  ],
  [
    "training: { localSteps: 10, ema: 0.99 }",
    '"training.ema" has no effect with "training.localSteps": the ranks have other weights in between',
  ],
  ["training: { localSteps: 10, onSpike: rollback }", 'with "training.localSteps"'],
  ["model: { heads: 4, keyValueHeads: 3 }", '"model.keyValueHeads": 3 do not divide 4 heads'],
  ["model: { normKind: rms, without: [norm] }", '"model.normKind": has no effect without norms'],
])("%s is refused", (keys, cause) => {
  expect(() => parseConfig(config(keys), "x.yaml")).toThrow(cause);
});
