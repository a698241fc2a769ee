/** The section `training.guidedAlignment`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { QUICKSTART } from "../../src/cli/quickstart-config.ts";
import { guidanceOf, refuseUnfitGuidance } from "../../src/config/guided-alignment.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { printConfig } from "../../src/config/print.ts";
import type { TranslateConfig } from "../../src/config/schema.ts";

const read = (...set: string[]): TranslateConfig =>
  parseConfig(
    "data: { train: { pairs: a.tsv }, valid: { pairs: b.tsv } }",
    "run.yaml",
    set,
  ) as TranslateConfig;
const guided = "training.guidedAlignment.links=a.links";

describe("guided alignment", () => {
  test("is off unless its links are given; then it guides the first head of the last layer", () => {
    expect(guidanceOf(read())).toBeUndefined();
    const config = read(guided);
    expect(config.training.guidedAlignment).toEqual({
      links: "a.links",
      weight: 0.05,
      layer: "last",
      head: 1,
    });
    expect(guidanceOf(config)).toEqual({ weight: 0.05, layer: 2, head: 0 });
  });

  test("counts layers and heads from 1", () => {
    const set = ["training.guidedAlignment={ links: a.links, layer: 2, head: 4, weight: 1 }"];
    expect(guidanceOf(read(...set, "model.decoderLayers=2"))).toEqual({ weight: 1, layer: 1, head: 3 });
    const mean = read(guided, "training.guidedAlignment.head=mean", "model.kind=gru");
    expect(guidanceOf(mean)).toEqual({ weight: 0.05, layer: 0, head: "mean" });
  });

  test("is printed with its meanings, set or not, and read back", () => {
    expect(printConfig(read())).toContain(
      "  # guidedAlignment: # teach one head to look where known word links point; default none\n" +
        "  #   links: … # Pharaoh file",
    );
    const config = read(guided, "training.guidedAlignment.head=mean");
    const printed = printConfig(config);
    expect(printed).toContain(
      "    head: mean # its head that is guided, from 1, or mean for the mean of all",
    );
    expect(parseConfig(printed, "printed.yaml")).toEqual(config);
  });

  test.each([
    [
      ["model={ kind: lstm, attention: none }"],
      '"training.guidedAlignment": the model has no attention over its source that could learn; choose a model with attention',
    ],
    [["model.without=[attention]"], "no attention over its source that could learn"],
    [
      ["training.guidedAlignment.layer=4"],
      '"training.guidedAlignment.layer": there is no 4; the decoder attends to its source in 3 layers; choose 1 to 3 or last',
    ],
    [
      ["training.guidedAlignment.head=5"],
      '"training.guidedAlignment.head": there is no 5; layer 3 has 4; choose 1 to 4 or mean',
    ],
    [
      ["model.kind=gru", "training.guidedAlignment.layer=2"],
      "there is no 2; the decoder attends to its source in 1 layer; choose 1 or last",
    ],
    [
      ["model.kind=gru", "training.guidedAlignment.head=2"],
      "there is no 2; its attention has one; choose 1 or mean",
    ],
    [
      ["training.guidedAlignment.links=phrasebook"],
      '"training.guidedAlignment.links": these are the links of the phrasebook, but data.train is another corpus',
    ],
    [
      ["training.guidedAlignment.layer=first"],
      '"training.guidedAlignment.layer": invalid input; layer is: decoder layer whose attention is guided, from 1, or last',
    ],
    [["training.guidedAlignment.weight=0"], '"training.guidedAlignment.weight"'],
    [["training.guidedAlignment.head=0"], '"training.guidedAlignment.head"'],
    [
      ["task=generate", "data={ train: { text: a }, valid: { text: b } }"],
      'unknown key "training.guidedAlignment"; only task translate has it',
    ],
  ])("refuses %j", (set, message) => {
    expect(() => read(guided, ...set)).toThrow(message);
  });

  test("of the recipe is the quickstart with a guided head", () => {
    const recipe = readFileSync(join(import.meta.dirname, "../../configs/phrasebook-guided.yaml"), "utf8");
    const config = parseConfig(recipe, "phrasebook-guided.yaml") as TranslateConfig;
    const { guidedAlignment, ...training } = config.training;
    expect(guidedAlignment).toMatchObject({ links: "phrasebook", layer: "last", head: 1 });
    expect({ ...config, training }).toEqual(parseConfig(QUICKSTART, "quickstart"));
  });

  test("refuses layers that were fitted away", () => {
    const config = read(guided, "training.guidedAlignment.layer=3");
    const fitted = { ...config, model: { ...config.model, layers: 2 } };
    expect(() => refuseUnfitGuidance(fitted, "fitted")).toThrow(
      'fitted: "training.guidedAlignment.layer": there is no 3',
    );
  });
});
