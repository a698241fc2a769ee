/** What `heed export` wrote is opened in place of the run that it was exported from. */
import { join } from "node:path";
import { openRun, openRunOf } from "heed/runs";
import { beforeAll, expect, test } from "vitest";
import { folder, heed } from "../cli/heed.ts";

const { path, write } = folder();
const run = join(import.meta.dirname, "../../studio/public/models/phrasebook");
const exported = join(path, "exported");

beforeAll(async () => {
  const { status, stderr } = await heed(["export", run, "--to", exported]);
  expect(status, stderr).toBe(0);
});

test("it has the run's model, vocabulary and weights, and says that what it learned from is not there", () => {
  const [before, after] = [openRunOf(run, "translate"), openRunOf(exported, "translate")];
  expect([...after.weights.keys()].toSorted()).toEqual([...before.weights.keys()].toSorted());
  for (const [name, { data, shape }] of before.weights) {
    const found = after.weights.get(name);
    expect(found?.shape, name).toEqual(shape);
    expect(
      found?.data.every((value, i) => value === data[i]),
      name,
    ).toBe(true);
  }
  expect(after.tokenizers.source.toJSON()).toEqual(before.tokenizers.source.toJSON());
  const { model } = before.config;
  if (model.kind !== "transformer") throw new Error(model.kind);
  const { kind, layers, dModel, maxLength } = model;
  expect(after.config.model).toMatchObject({
    ...{ kind, dModel, maxLength, encoderLayers: layers, decoderLayers: layers },
    ...{ norm: "pre", positions: "sinusoidal", tieEmbeddings: true },
  });
  expect(after.config.data.train).toEqual({ pairs: "imported" });
});

test("it translates as the run does", async () => {
  const input = "We do not see the small green car.\nShe reads a book.\n";
  const [before, after] = [await heed(["translate", run], input), await heed(["translate", exported], input)];
  expect([after.status, after.stdout]).toEqual([before.status, before.stdout]);
});

test("a configuration without weights is no model", () => {
  write("config.json", "{}");
  expect(() => openRun(path)).toThrow(
    /has no model\.safetensors; give a folder with config\.json, tokenizer\.json and model\.safetensors/,
  );
});
