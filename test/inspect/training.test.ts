/** A model is looked into while it trains: the inspector reads the weights that the step updates. */
import { expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import { batchOf, openTinyStep, sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";
import { close, tapOf } from "./tiny-subjects.ts";

test("taps and gradients follow the weights from update to update", async () => {
  const step = await openTinyStep();
  const { model } = tinyConfig("none.tsv", "model.dropout=0");
  const of = { task: "translate", model: translationModel(model, tokenizers), tokenizers } as const;
  const engine = await sharedEngine();
  const look = await openInspector({ engine, of, state: step.state });
  const pair = { source: "two red house", target: "red house two two" };
  const [path, asked] = [
    "decoder.0.cross.weights",
    { taps: ["decoder.0.cross.weights"], gradients: ["decoder.0.cross.weights"] },
  ] as const;
  const before = await look.run(pair, { ...asked });
  for (let i = 1; i <= 3; i++) await step.run(i, 0.01, [batchOf(0, 1, 2, 3)]);
  const after = await look.run(pair, { ...asked });
  expect(after.output).not.toBeCloseTo(before.output, 3);
  // The same as from a copy of the weights.
  const copies = [];
  for (const name of step.weights) copies.push([name, await step.state.read(name)] as const);
  const copied = await openInspector({ engine, of, weights: new Map(copies) });
  const again = await copied.run(pair, { ...asked });
  expect(after.output).toBeCloseTo(again.output, 5);
  close(tapOf(after.taps, path).data, tapOf(again.taps, path).data);
  close(tapOf(after.gradients, path).data, tapOf(again.gradients, path).data);
  look.close();
  copied.close();
  step.close();
});
