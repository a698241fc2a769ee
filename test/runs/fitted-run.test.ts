/** A run of a configuration that says little: it is fitted to its data, says so, and goes on as it began. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig, readConfig } from "../../src/config/parse.ts";
import { corpus, directory, run, write } from "../training/tiny-runs.ts";

const asked = (...set: string[]) => {
  const data = `data: { train: { pairs: ${JSON.stringify(corpus)} }, valid: { pairs: ${JSON.stringify(corpus)} } }`;
  return readConfig(data, "tiny.yaml", [
    "tokenizer.vocab=270",
    "training.validBleu=0",
    "training.average=0",
    "training.schedule=inverse-sqrt",
    ...set,
  ]);
};
const recorded = (name: string) => {
  const file = join(directory(name), "config.yaml");
  return parseConfig(readFileSync(file, "utf8"), file);
};

test("what was left out is fitted, said with the reason and written down; warnings come before the first step", async () => {
  const said: string[] = [];
  const { config, given } = asked("training.steps=2", "model.layers=1", "model.dModel=16");
  await run("fitted", {
    config,
    given,
    onMessage: (line) => said.push(line),
    onStart: () => said.push("START"),
  });
  expect(said).toContainEqual(expect.stringMatching(/^training\.batchTokens 256: some \d updates? a pass$/));
  expect(said).toContain("training.warmup 0: at most a tenth of the updates");
  const before = said.slice(0, said.indexOf("START"));
  expect(before).toContainEqual(expect.stringMatching(/^warning: the model has [\d,]+ parameters/));
  expect(recorded("fitted")).toMatchObject({
    tokenizer: { vocab: 270 },
    model: { layers: 1, dModel: 16, heads: 4, feedForward: 64 },
    training: { batchTokens: 256, warmup: 0 },
  });
});

test("a run that goes on keeps what it began with", async () => {
  const began = recorded("fitted");
  const longer = asked("training.steps=3", "model.layers=1", "model.dModel=16");
  const said: string[] = [];
  const { steps } = await run("fitted", { ...longer, resume: true, onMessage: (line) => said.push(line) });
  expect(steps).toBe(3);
  expect(said.join("\n")).not.toMatch(/a pass|warning/);
  expect(recorded("fitted")).toEqual({ ...began, training: { ...began.training, steps: 3 } });
});

test("a whole configuration is taken as it is", async () => {
  const said: string[] = [];
  const { config } = asked("training.steps=1", "model.layers=1", "model.dModel=16", "model.feedForward=16");
  await run("whole", { config, onMessage: (line) => said.push(line) });
  expect(said.join("\n")).not.toContain("a pass");
  expect(recorded("whole")).toEqual(config);
});

test("texts and plain text are measured too", async () => {
  const text = write("text.txt", "the cat sees the dog\n".repeat(20));
  const source = `task: generate\ndata: { train: { text: ${text} }, valid: { text: ${text} } }`;
  const set = ["tokenizer.kind=word", "model.layers=1", "model.dModel=16", "training.steps=1"];
  const said: string[] = [];
  await run("text", { ...readConfig(source, "text.yaml", set), onMessage: (line) => said.push(line) });
  expect(said.join("\n")).toMatch(/^model\.dropout 0\.\d: against learning 20 lines by heart$/m);
});
