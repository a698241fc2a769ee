/** Gradients, activations and attention of each layer while training, against plain TypeScript. */
import { afterEach, describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import {
  forwardStatistics,
  gradientStatistics,
  type LayerStatistics,
  layerOf,
  openProbe,
} from "../../src/inspect/training/layer-statistics.ts";
import { constant } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { translationObjective } from "../../src/models/objective.ts";
import { build } from "../../src/nn/layer.ts";
import { div } from "../../src/ops/elementwise.ts";
import { compile } from "../../src/runtime/compile.ts";
import { createState, readEntries } from "../../src/runtime/state.ts";
import type { StepResult, TrainingStep } from "../../src/training/step.ts";
import { batchOf, openTinyStep, sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";
import { bytesOf, corpus, expectSameRun, linesOf, run, stoppedAfter, write } from "../training/tiny-runs.ts";

const opened: TrainingStep[] = [];
afterEach(() => {
  for (const step of opened.splice(0)) step.close();
});

async function open(options: Parameters<typeof openTinyStep>[0] = {}): Promise<TrainingStep> {
  const step = await openTinyStep(options);
  opened.push(step);
  return step;
}

// Sentences of different lengths on both sides, so that there is padding.
const indices = [0, 4, 9, 11] as const;
const batch = batchOf(...indices);
const watched = { statistics: true } as const;

async function statisticsOf(step: TrainingStep, batches = [batch]): Promise<LayerStatistics> {
  return (await step.run(1, 0.01, batches, watched)).statistics as LayerStatistics;
}

interface Fetched {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Every tap and every gradient of a model with the weights of `step`, as numbers. */
async function fetchAll(
  step: TrainingStep,
): Promise<{ taps: Map<string, Fetched>; gradients: Map<string, Fetched> }> {
  const model = build(translationModel(tinyConfig("none.tsv", "model.dropout=0").model, tokenizers));
  const { loss, tokens } = translationObjective(model.call, 0);
  const paths = [...model.parameters.keys()];
  const parameters = paths.map((path) => model.parameters.get(path)?.value as Value);
  const grads = gradients(div(loss, tokens), parameters);
  const outputs: Record<string, Value> = {};
  for (const [path, value] of model.taps) outputs[`tap ${path}`] = value;
  for (const [i, path] of paths.entries()) outputs[`gradient ${path}`] = grads[i] as Value;
  const program = await compile({ engine: await sharedEngine(), state: step.state, outputs });
  const found = await program(batch);
  const taps = new Map<string, Fetched>();
  const gradientsByPath = new Map<string, Fetched>();
  for (const [name, tensor] of Object.entries(found)) {
    const numbers = { shape: tensor.shape, data: Array.from(await tensor.read(), Number) };
    if (name.startsWith("tap ")) taps.set(name.slice(4), numbers);
    else gradientsByPath.set(name.slice(9), numbers);
    tensor.dispose();
  }
  program.close();
  return { taps, gradients: gradientsByPath };
}

const maskOf = (path: string): Fetched => {
  const mask = path.startsWith("encoder") ? batch.sourceMask : batch.labelWeight;
  const { shape, data } = mask as { shape: readonly number[]; data: Float32Array };
  return { shape, data: Array.from(data, Number) };
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("statistics of layers", () => {
  test("count padding nowhere: the batch they are tested with has some on both sides", () => {
    for (const path of ["encoder", "decoder"]) expect(maskOf(path).data).toContain(0);
  });

  test("are the norms of the gradients that the parameters of a layer have together", async () => {
    const step = await open();
    const all = (await fetchAll(step)).gradients;
    const result = await step.run(1, 0.01, [batch], watched);
    const { gradientNorms } = result.statistics as LayerStatistics;
    expect(Object.keys(gradientNorms)).toEqual([
      "embed",
      "encoder.0",
      "decoder.0",
      "encoderNorm",
      "decoderNorm",
    ]);
    for (const [layer, norm] of Object.entries(gradientNorms)) {
      const own = [...all].filter(([path]) => path.startsWith(`${layer}.`));
      expect(norm, layer).toBeCloseTo(Math.hypot(...own.flatMap(([, { data }]) => data)), 5);
      expect(norm).toBeGreaterThan(0);
    }
    expect(Math.hypot(...Object.values(gradientNorms))).toBeCloseTo(result.gradientNorm, 5);
  });

  test("are the root mean square of the states of real tokens", async () => {
    const step = await open();
    const { taps } = await fetchAll(step);
    const { activations } = await statisticsOf(step);
    expect(Object.keys(activations)).toEqual(["encoder.input", "encoder.0", "decoder.input", "decoder.0"]);
    for (const [layer, rms] of Object.entries(activations)) {
      const { shape, data } = taps.get(`${layer}.states`) as Fetched;
      const mask = maskOf(layer);
      expect(shape.slice(0, 2)).toEqual(mask.shape);
      const dim = shape[2] as number;
      const squares = data.filter((_, i) => mask.data[Math.floor(i / dim)] === 1).map((x) => x * x);
      expect(rms, layer).toBeCloseTo(Math.sqrt(mean(squares)), 5);
    }
  });

  test("are the mean entropy of the attention of real queries, in nats", async () => {
    const step = await open();
    const { taps } = await fetchAll(step);
    const { attentionEntropies } = await statisticsOf(step);
    const attentions = ["encoder.0.attention", "decoder.0.attention", "decoder.0.cross"];
    expect(Object.keys(attentionEntropies)).toEqual(attentions);
    for (const [path, found] of Object.entries(attentionEntropies)) {
      const { shape, data } = taps.get(`${path}.weights`) as Fetched;
      const [, heads, queries, keys] = shape as [number, number, number, number];
      const rows: number[] = [];
      for (let row = 0; row * keys < data.length; row++) {
        const sentence = Math.floor(row / (heads * queries));
        if (maskOf(path).data[sentence * queries + (row % queries)] !== 1) continue;
        const weights = data.slice(row * keys, (row + 1) * keys);
        rows.push(-weights.reduce((sum, w) => sum + (w > 0 ? w * Math.log(w) : 0), 0));
      }
      expect(found, path).toBeCloseTo(mean(rows), 5);
      expect(found).toBeGreaterThan(0);
    }
  });

  test("of accumulated batches are those of the batch they make together", async () => {
    const whole = await statisticsOf(await open());
    const halves = [batchOf(0, 4), batchOf(9, 11)];
    const inParts = await statisticsOf(await open({ accumulate: 2 }), halves);
    for (const kind of ["gradientNorms", "activations", "attentionEntropies"] as const) {
      expect(Object.keys(inParts[kind])).toEqual(Object.keys(whole[kind]));
      for (const [path, value] of Object.entries(whole[kind]))
        expect(inParts[kind][path], `${kind} ${path}`).toBeCloseTo(value, 4);
    }
  });

  test("are absent unless asked for", async () => {
    expect(await (await open()).run(1, 0.01, [batch])).not.toHaveProperty("statistics");
  });
});

describe("by hand", () => {
  const engineOf = sharedEngine;
  const tap = (shape: readonly number[], data: readonly number[]): Value => constant("float32", shape, data);
  const summarised = async (
    taps: Record<string, Value>,
    masks: readonly Value[] = [],
    grads: Record<string, Value> = {},
  ): Promise<LayerStatistics> => {
    const engine = await engineOf();
    const perBatch = forwardStatistics(new Map(Object.entries(taps)), masks);
    const perUpdate = gradientStatistics(new Map(Object.entries(grads)));
    const probe = await openProbe({ engine, state: createState(engine, []), perBatch, perUpdate });
    await probe.batch({});
    const found = await probe.finish();
    probe.close();
    return found;
  };

  test("attention to four keys alike has entropy ln 4, to one key 0, whatever a padded row does", async () => {
    const rows = [0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0, 0.5, 0.5, 0, 0];
    const weights = { "a.weights": tap([1, 1, 3, 4], rows) };
    const padded = await summarised(weights, [tap([1, 3], [1, 1, 0])]);
    expect(padded.attentionEntropies).toEqual({ a: expect.closeTo(Math.log(4) / 2, 6) });
    const unpadded = await summarised(weights);
    expect(unpadded.attentionEntropies.a).toBeCloseTo((Math.log(4) + Math.log(2)) / 3, 6);
  });

  test("states of 3 and 4 have a root mean square of sqrt(12.5)", async () => {
    const states = { "layer.states": tap([1, 2, 2], [3, 4, 100, 100]) };
    const { activations } = await summarised(states, [tap([1, 2], [1, 0])]);
    expect(activations).toEqual({ layer: expect.closeTo(Math.sqrt(12.5), 6) });
  });

  test("gradients of 3 and 4 in one layer have norm 5", async () => {
    const grads = { "encoder.0.a.weight": tap([1], [3]), "encoder.0.b": tap([1], [4]), embed: tap([1], [2]) };
    expect((await summarised({}, [], grads)).gradientNorms).toEqual({ "encoder.0": 5, embed: 2 });
  });

  test("a parameter belongs to what stands before its first number, or to its first name", () => {
    const layers = ["encoder.10.attention.query.weight", "embed.weight", "project", "model.encoder.1.2.gain"];
    expect(layers.map(layerOf)).toEqual(["encoder.10", "embed", "project", "model.encoder.1"]);
  });
});

describe("a run with statistics", () => {
  const trained = async (accumulate: number, statistics: boolean): Promise<[StepResult[], number[]]> => {
    const step = await open({ dropout: 0.3, accumulate });
    const batches = accumulate === 1 ? [batch] : [batchOf(0, 4), batchOf(9, 11)];
    const results: StepResult[] = [];
    for (let number = 1; number <= 5; number++) {
      const { statistics: _, ...result } = await step.run(number, 0.01, batches, { statistics });
      results.push(result);
    }
    const weights = await readEntries(step.state, [...step.weights, ...step.moments]);
    return [results, [...weights.values()].flatMap(({ data }) => Array.from(data, Number))];
  };

  test("has the same losses, weights and moments as one without, to the bit", async () => {
    for (const accumulate of [1, 2])
      expect(await trained(accumulate, true)).toEqual(await trained(accumulate, false));
  });

  test("logs them at the first update and at every N-th, and nothing else differs", async () => {
    await run("plain");
    await run("watched", { set: ["training.statistics=3"] });
    expect(bytesOf("watched", "model.safetensors")).toBe(bytesOf("plain", "model.safetensors"));
    const lines = linesOf("watched");
    const statistics = lines.filter(({ kind }) => kind === "statistics");
    expect(statistics.map(({ step }) => step)).toEqual([1, 3, 6, 9, 12].slice(0, statistics.length));
    expect(statistics.length).toBeGreaterThan(2);
    expect(Object.keys(statistics[0] ?? {})).toEqual([
      "kind",
      "step",
      "gradientNorms",
      "activations",
      "attentionEntropies",
    ]);
    expect(lines.filter(({ kind }) => kind !== "statistics")).toEqual(linesOf("plain"));
  });

  test("is the same to the bit when it was interrupted", async () => {
    const set = ["training.statistics=2", "training.validateEvery=3", "training.accumulate=2"];
    await run("whole", { set });
    await stoppedAfter("stopped", 4, { set });
    await run("stopped", { set, resume: true });
    expectSameRun("stopped", "whole");
  });
});

describe("every kind of model", () => {
  const poem = write("poem.txt", "the cat sees the dog\n\nthe dog sees the cat\nso it goes\n".repeat(6));
  const labelled = write("labelled.tsv", "plus\tgood thing\nminus\tbad thing, really bad\n".repeat(9));
  const both = (file: object): string => JSON.stringify({ train: file, valid: file });
  const data = {
    translate: both({ pairs: corpus }),
    generate: both({ text: poem }),
    classify: both({ labelled }),
  } as const;
  const transformer = "layers: 1, dModel: 16, heads: 2, feedForward: 16";
  const gru = "kind: gru, layers: 2, dModel: 16, hidden: 16";

  test.each([
    ["generate", transformer, ["input", "layers.0"], ["layers.0.attention"]],
    ["classify", transformer, ["input", "encoder.0"], ["encoder.0.attention"]],
    ["translate", gru, ["encoder.layers.0", "encoder.layers.1", "decoder"], ["decoder.cross"]],
    ["generate", gru, ["network.layers.0", "network.layers.1"], []],
  ] as const)("can be watched: %s { %s }", async (task, model, states, attentions) => {
    const training = "steps: 1, statistics: 1, batchTokens: 60";
    const tokenizer = "kind: word, vocab: 60";
    const config = parseConfig(
      `{ task: ${task}, data: ${data[task]}, tokenizer: { ${tokenizer} }, model: { ${model} }, training: { ${training} } }`,
      "tiny.yaml",
    );
    const name = `${task} ${model.slice(0, 9)}`;
    await run(name, { config });
    const found = linesOf(name).find(({ kind }) => kind === "statistics") as unknown as LayerStatistics;
    expect(Object.keys(found.activations)).toEqual(states);
    expect(Object.keys(found.attentionEntropies)).toEqual(attentions);
    const values = [found.gradientNorms, found.activations, found.attentionEntropies].flatMap((each) =>
      Object.values(each),
    );
    for (const value of values) expect(value).toBeGreaterThan(0);
  });
});
