/** What attention mixes into a vector, against a float64 computation by hand and against the model's own sum. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { contributionsOf, contributionTaps } from "../../src/inspect/evidence/contributions.ts";
import { type Inspector, openInspector } from "../../src/inspect/looking/inspector.ts";
import type { NamedTensor } from "../../src/inspect/looking/look.ts";
import { RecurrentSeq2Seq } from "../../src/models/recurrent-seq2seq.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

const example = { source: "two red house", target: "red house two" };
const model = translationModel(tinyConfig("none.tsv").model, tokenizers);
const weights = new Map<string, HostTensor>(initialise(build(model).parameters, 5));

let look: Inspector;
beforeAll(async () => {
  look = await openInspector({
    engine: await sharedEngine(),
    of: { task: "translate", model, tokenizers },
    weights,
  });
});
afterAll(() => look.close());

const numbers = (tensor: NamedTensor | undefined): number[] => Array.from(tensor?.data ?? []);

describe.each(["decoder.0.cross", "encoder.0.attention", "decoder.0.attention"])("at %s", (place) => {
  const output = weights.get(`${place}.output.weight`) as HostTensor;
  const bias = weights.get(`${place}.output.bias`) as HostTensor;
  const read = () => look.run(example, { taps: [...contributionTaps(place, look.paths), `${place}.output`] });

  test("lengths are those of a_ij v_j W_O, whose sum with the bias is the attention's output", async () => {
    const { taps } = await read();
    const tap = (name: string): NamedTensor => taps.get(`${place}.${name}`) as NamedTensor;
    const [, heads, rows, keys] = tap("weights").axes.map(({ size }) => size) as [
      number,
      number,
      number,
      number,
    ];
    const size = tap("values").axes[3]?.size as number;
    const [dim, inner] = output.shape as [number, number];
    const [a, v, W] = [
      numbers(tap("weights")),
      numbers(tap("values")),
      Array.from(output.data as Float32Array),
    ];
    const added = (i: number, j: number, d: number, only?: number): number => {
      let sum = 0;
      for (let h = 0; h < heads; h++) {
        if (only !== undefined && h !== only) continue;
        for (let k = 0; k < size; k++)
          sum +=
            (a[h * rows * keys + i * keys + j] as number) *
            (v[h * keys * size + j * size + k] as number) *
            (W[d * inner + h * size + k] as number);
      }
      return sum;
    };
    const dims = Array.from({ length: dim }, (_, d) => d);
    const made = contributionsOf(taps, place, output);
    const one = contributionsOf(taps, place, output, 1);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < keys; j++) {
        const length = (only?: number): number =>
          Math.sqrt(dims.reduce((sum, d) => sum + added(i, j, d, only) ** 2, 0));
        expect(made?.mixed[i]?.[j]).toBeCloseTo(length(), 12);
        expect(one?.mixed[i]?.[j]).toBeCloseTo(length(1), 12);
      }
      for (const d of dims) {
        const sum = Array.from({ length: keys }, (_, j) => added(i, j, d)).reduce(
          (x, y) => x + y,
          Number(bias.data[d]),
        );
        expect(tap("output").data[i * dim + d]).toBeCloseTo(sum, 5);
      }
    }
  });

  test("a row's own length is that of the states that the residual keeps", async () => {
    const { taps } = await read();
    const before = place.startsWith("encoder") ? "encoder.input.states" : "decoder.input.states";
    const own = contributionsOf(taps, place, output)?.own;
    if (place === "decoder.0.cross") return expect(own).toHaveLength(4);
    const states = (await look.run(example, { taps: [before] })).taps.get(before) as NamedTensor;
    const dim = states.axes[2]?.size as number;
    const lengths = Array.from({ length: 4 }, (_, i) =>
      Math.hypot(...states.data.subarray(i * dim, (i + 1) * dim)),
    );
    expect(own).toEqual(lengths.map((length) => expect.closeTo(length, 5)));
    return undefined;
  });
});

test("a recurrent decoder mixes the encoder's states themselves, and keeps nothing of its own", async () => {
  const recurrent = RecurrentSeq2Seq({
    cell: "lstm",
    sourceVocabulary: tokenizers.source.size,
    targetVocabulary: tokenizers.target.size,
    layers: 1,
    embedding: 8,
    hidden: 8,
    attention: "additive",
    tie: "none",
  });
  const inspector = await openInspector({
    engine: await sharedEngine(),
    of: { task: "translate", model: recurrent, tokenizers },
    weights: new Map<string, HostTensor>(initialise(build(recurrent).parameters, 5)),
  });
  const { taps } = await inspector.run(example, { taps: contributionTaps("decoder.cross", inspector.paths) });
  inspector.close();
  const [a, h] = ["decoder.cross.weights", "encoder.outputs"].map((path) => numbers(taps.get(path))) as [
    number[],
    number[],
  ];
  const made = contributionsOf(taps, "decoder.cross", undefined);
  expect(made?.own).toBeUndefined();
  for (const [i, row] of (made?.mixed ?? []).entries())
    for (const [j, length] of row.entries())
      expect(length).toBeCloseTo((a[i * 4 + j] as number) * Math.hypot(...h.slice(j * 8, (j + 1) * 8)), 12);
  expect(made?.mixed).toHaveLength(4);
});

test("a place without its taps has no contributions", () => {
  expect(contributionsOf(new Map(), "decoder.0.cross", undefined)).toBeUndefined();
});
