/** A part switched off by interventions gives what the same weights give in a model that is built without it. */
import { describe, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import type { NamedTensor } from "../../src/inspect/looking/look.ts";
import { atPositionOf, meanAblation, numbersOf, patch } from "../../src/inspect/looking/patching.ts";
import type { Inspected } from "../../src/inspect/looking/subject.ts";
import { removable, without } from "../../src/inspect/looking/switches.ts";
import { tinyConfig, tokenizers } from "../training/tiny.ts";
import {
  close,
  example,
  open,
  randomWeights,
  recurrentTranslator,
  tapOf,
  translator,
} from "./tiny-subjects.ts";

const built = (part: string, norm: string): Inspected => ({
  task: "translate",
  model: translationModel(
    tinyConfig("none.tsv", "model.layers=2", `model.norm=${norm}`, `model.without=[${part}]`).model,
    tokenizers,
  ),
  tokenizers,
});

describe.each(["pre", "post"])("%s-norm", (norm) => {
  test.each(removable)("without %s", async (part) => {
    const of = translator(`model.norm=${norm}`);
    const weights = randomWeights(of);
    const look = await open(of, weights);
    const switched = await look.run(example, { intervene: without(look, part) });
    const removed = built(part, norm);
    const own = [...randomWeights(removed).keys()].map((path) => [path, weights.get(path) as never] as const);
    const other = await open(removed, new Map(own));
    const { said } = await other.run(example);
    close(switched.said.logProbabilities, said.logProbabilities, 4);
    expect(Math.abs(switched.without?.delta ?? 0)).toBeGreaterThan(1e-3);
    expect(switched.without?.unchanged).toEqual([]);
    look.close();
    other.close();
  });
});

test("a part of one layer alone", async () => {
  const look = await open(translator());
  const interventions = without(look, "attention", "encoder.1");
  expect(interventions).toEqual([{ at: "encoder.1.attention.unmasked", to: 0 }]);
  expect(() => without(look, "attention", "encoder.7")).toThrow("has no attention that can be taken out");
  look.close();
  const recurrent = await open(
    recurrentTranslator("kind: lstm, hidden: 16, layers: 1, dModel: 16, dropout: 0"),
  );
  expect(() => without(recurrent, "positions")).toThrow("the model: has no positions");
  recurrent.close();
});

test("two tokens at one position are a bag of the two", async () => {
  const look = await open(translator());
  const read = ["encoder.input.positions", "encoder.output"] as const;
  const { taps } = await look.run(example, { taps: [...read] });
  const same = atPositionOf(tapOf(taps, "encoder.input.positions"), 0, 1);
  const shown = async (source: string) => {
    const { taps } = await look.run({ ...example, source }, { taps: [...read], intervene: [same] });
    return tapOf(taps, "encoder.output");
  };
  const [one, other] = [await shown("two red house"), await shown("red two house")];
  close(numbersOf(one, { row: 0 }), numbersOf(other, { row: 1 }));
  close(numbersOf(one, { row: 2 }), numbersOf(other, { row: 2 }));
  look.close();
});

describe("patching", () => {
  const other = { ...example, source: "one cat sun" };

  test("a frozen tap stays as it was, whatever changes before it", async () => {
    const look = await open(translator());
    const path = "decoder.1.states";
    const plain = await look.run(example, { taps: [path] });
    const cut = { at: "encoder.output", to: 0 } as const;
    const { said } = await look.run(example, { intervene: [cut, patch(tapOf(plain.taps, path))] });
    close(said.logProbabilities, plain.said.logProbabilities);
    look.close();
  });

  test("a head exchanged at every place of its source brings the other sentence's", async () => {
    const look = await open(translator());
    const path = "decoder.0.cross.heads";
    const from = tapOf((await look.run(other, { taps: [path] })).taps, path);
    const { taps } = await look.run(example, { taps: [path], intervene: [patch(from, { head: 1 })] });
    close(numbersOf(tapOf(taps, path), { head: 1 }), numbersOf(from, { head: 1 }));
    const plain = tapOf((await look.run(example, { taps: [path] })).taps, path);
    close(numbersOf(tapOf(taps, path), { head: 0 }), numbersOf(plain, { head: 0 }));
    look.close();
  });

  test("a mean-ablated head has the mean of its rows everywhere", async () => {
    const look = await open(translator());
    const path = "decoder.0.cross.heads";
    const tensors: NamedTensor[] = [];
    for (const one of [example, other])
      tensors.push(tapOf((await look.run(one, { taps: [path] })).taps, path));
    const rows = tensors.flatMap((tensor) =>
      [0, 1, 2, 3, 4].map((row) => numbersOf(tensor, { head: 1, row })),
    );
    const mean = rows[0]?.map((_, i) => rows.reduce((sum, row) => sum + (row[i] as number), 0) / rows.length);
    const ablation = meanAblation(tensors, { head: 1 });
    const { taps } = await look.run(example, { taps: [path], intervene: [ablation] });
    for (const row of [0, 3]) close(numbersOf(tapOf(taps, path), { head: 1, row }), mean ?? []);
    expect(() => meanAblation(tensors)).toThrow("has 2 heads, each with a mean of its own");
    expect(() => meanAblation([])).toThrow("there are no tensors");
    look.close();
  });
});
