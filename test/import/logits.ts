/** The logits of imported models for the inputs of their golden files. */
import { padded } from "../../src/decoding/packing.ts";
import { input } from "../../src/ir/leaf.ts";
import { textInputs } from "../../src/models/inputs.ts";
import { build } from "../../src/nn/layer.ts";
import { cast, equal } from "../../src/ops/compare.ts";
import { sub } from "../../src/ops/elementwise.ts";
import { linear } from "../../src/ops/matmul.ts";
import { compile } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import type { Expected, imported } from "./imported.ts";

type Run = ReturnType<typeof imported>;

/** First tokens of the text that language models read. */
export const promptOf = ({ ids }: Expected): readonly number[] => (ids[0] ?? []).slice(0, 8);

/** Teacher-forced logits of a translator, next-token logits of a language model, or those of a classifier. */
export async function logitsOf(run: Run, expected: Expected, engine: Engine): Promise<Float32Array> {
  const { logits, feeds } = graphOf(run, expected);
  const program = await compile({ engine, outputs: { logits }, constants: run.weights });
  const result = await program(feeds);
  const data = Float32Array.from((await result.logits.read()) as Float32Array);
  program.close();
  return data;
}

function graphOf(run: Run, expected: Expected) {
  if (run.task === "translate") {
    const { call } = build(run.model);
    const { pad } = run.tokenizers.source.special;
    const ids = input("source", "int32", ["batch", "source"]);
    const before = input("target", "int32", ["batch", "target"]);
    const mask = sub(1, cast(equal(ids, pad), "float32"));
    const { hidden } = call.decode(before, call.remember(call.encode(ids, mask), mask));
    const feeds = { source: padded(expected.ids, pad), target: padded(expected.target ?? [], 0) };
    return { logits: linear(hidden, call.projection), feeds };
  }
  if (run.task === "generate") {
    const { call } = build(run.model);
    const { hidden } = call.decode(input("text", "int32", ["batch", "time"]), {});
    return { logits: linear(hidden, call.projection), feeds: { text: padded([promptOf(expected)], 0) } };
  }
  const { call } = build(run.model);
  const { text, mask } = textInputs();
  return {
    logits: linear(call.summarise(text, mask), call.projection),
    feeds: textFeeds(expected, run.tokenizer.special.pad),
  };
}

/** Padded texts and their mask. */
export function textFeeds({ ids }: Expected, pad: number) {
  const mask = padded(ids, -1);
  return {
    text: padded(ids, pad),
    mask: { ...mask, data: Float32Array.from(mask.data, (id) => Number(id >= 0)) },
  };
}
