/** Evidence from tapped values and the model's weights, by its paper's formula in float64; and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type EvidenceKind,
  type EvidenceOptions,
  evidence,
  evidenceKinds,
  evidenceKindsAt,
} from "../../src/inspect/evidence/evidence.ts";
import { type Inspector, openInspector } from "../../src/inspect/looking/inspector.ts";
import type { Matrix } from "../../src/inspect/matrix.ts";
import type { TapPattern } from "../../src/nn/match-taps.ts";
import { sharedEngine } from "../training/tiny.ts";
import {
  close,
  example,
  generator,
  idOf,
  judge,
  open,
  recurrent,
  tokenizer,
  total,
  translator,
  weightsOf,
} from "./evidence-models.ts";

describe("of a translator", () => {
  let look: Inspector;
  const weights = weightsOf(translator);
  beforeAll(async () => {
    look = await openInspector({ engine: await sharedEngine(), of: translator, weights });
  });
  afterAll(() => look.close());
  const place = "decoder.1.cross";
  const of = (kind: EvidenceKind, more: Partial<EvidenceOptions> = {}): Promise<Matrix> =>
    evidence(look, example, kind, { place, ...more });
  const numbers = async (path: string): Promise<Float32Array> =>
    (await look.run(example, { taps: [path as TapPattern] })).taps.get(path)?.data as Float32Array;

  /** f(x) = (x W_V + b_V) W_O of one head, in float64; W [out, in], 16 wide, heads of 8. */
  const transformed = (x: ArrayLike<number>, head: number): number[] => {
    const data = (name: string) => weights.get(`${place}.${name}`)?.data as Float32Array;
    const value = Array.from({ length: 8 }, (_, d) => {
      const row = head * 8 + d;
      return (
        total(Array.from(x, (xk, k) => xk * (data("value.weight")[row * 16 + k] as number))) +
        (data("value.bias")[row] as number)
      );
    });
    return Array.from({ length: 16 }, (_, o) =>
      total(value.map((v, d) => v * (data("output.weight")[o * 16 + head * 8 + d] as number))),
    );
  };

  test("norms are the lengths of weighted values, and of those through W_O, summed over heads as vectors", async () => {
    const [a, v, memory] = await Promise.all([
      numbers(`${place}.weights`),
      numbers(`${place}.values`),
      numbers("encoder.output"),
    ]);
    const weight = (head: number, i: number, j: number): number => a[(head * 5 + i) * 4 + j] as number;
    const matrix = (cell: (i: number, j: number) => number): Matrix =>
      Array.from({ length: 5 }, (_, i) => Array.from({ length: 4 }, (__, j) => cell(i, j)));
    const ofHead = (head: number) =>
      matrix((i, j) =>
        Math.hypot(
          ...Array.from(
            v.subarray((head * 4 + j) * 8, (head * 4 + j + 1) * 8),
            (x) => weight(head, i, j) * x,
          ),
        ),
      );
    close(await of("norms", { head: 1 }), ofHead(1), 6);
    close(
      await of("norms"),
      matrix((i, j) => ((ofHead(0)[i]?.[j] as number) + (ofHead(1)[i]?.[j] as number)) / 2),
      6,
    );
    const state = (j: number) => memory.subarray(j * 16, (j + 1) * 16);
    const part = (head: number, i: number, j: number) =>
      transformed(state(j), head).map((x) => weight(head, i, j) * x);
    close(
      await of("outputNorms", { head: 1 }),
      matrix((i, j) => Math.hypot(...part(1, i, j))),
      6,
    );
    const both = (i: number, j: number): number[] =>
      part(0, i, j).map((x, d) => x + (part(1, i, j)[d] as number));
    close(
      await of("outputNorms"),
      matrix((i, j) => Math.hypot(...both(i, j))),
      6,
    );
  });

  /** A walk that starts at a token of a layer and stops at an embedding: each layer's rule, applied to one token. */
  test("rollout follows attention down through all layers", async () => {
    const mean = async (path: string, columns: number): Promise<(i: number, j: number) => number> => {
      const data = await numbers(path);
      const head = data.length / 2;
      return (i, j) => ((data[i * columns + j] as number) + (data[head + i * columns + j] as number)) / 2;
    };
    const [e0, e1] = [
      await mean("encoder.0.attention.weights", 4),
      await mean("encoder.1.attention.weights", 4),
    ];
    const [d0, d1] = [
      await mean("decoder.0.attention.weights", 5),
      await mean("decoder.1.attention.weights", 5),
    ];
    const [c0, c1] = [await mean("decoder.0.cross.weights", 4), await mean("decoder.1.cross.weights", 4)];
    const share = (a: (i: number, j: number) => number, i: number, j: number): number =>
      0.5 * a(i, j) + (i === j ? 0.5 : 0);
    const over = (n: number, term: (k: number) => number): number =>
      total(Array.from({ length: n }, (_, k) => term(k)));
    const encoder = (i: number, j: number): number => over(4, (k) => share(e1, i, k) * share(e0, k, j));
    const matrix = (rows: number, columns: number, cell: (i: number, j: number) => number): Matrix =>
      Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => cell(i, j)));
    close(await of("rollout", { place: "encoder.1.attention" }), matrix(4, 4, encoder), 6);
    const decoder = (i: number, j: number): number => over(5, (k) => share(d1, i, k) * share(d0, k, j));
    close(await of("rollout", { place: "decoder.1.attention" }), matrix(5, 5, decoder), 6);
    // Half of each layer's state is cross-attention's, half what came through self-attention from the layer below.
    const first = (i: number, j: number): number => over(4, (s) => 0.5 * c0(i, s) * encoder(s, j));
    const second = (i: number, j: number): number =>
      over(4, (s) => 0.5 * c1(i, s) * encoder(s, j)) + 0.5 * over(5, (k) => share(d1, i, k) * first(k, j));
    close(await of("rollout", { place: "decoder.0.cross" }), matrix(5, 4, first), 6);
    const rolled = await of("rollout");
    close(rolled, matrix(5, 4, second), 6);
    for (const row of rolled) expect(total(row)).toBeCloseTo(0.75, 6);
    expect(d0(0, 1)).toBe(0);
  });

  test("leaving a source token out is reading the sentence without it", async () => {
    const matrix = await of("leaveOneOut");
    const whole = (await look.run(example)).said.logProbabilities;
    const shorter = (await look.run({ ...example, source: "two house" })).said.logProbabilities;
    for (const [i, row] of matrix.entries())
      expect(row[1]).toBeCloseTo((whole[i] as number) - (shorter[i] as number), 6);
  });

  test("leaving a token of its own prefix out is having read the prefix without it", async () => {
    const matrix = await of("leaveOneOut", { place: "decoder.0.attention" });
    const encoded = look.encode(example);
    const whole = (await look.run(encoded)).said.logProbabilities;
    // Column 2 is the second word of the target: it is read at place 2.
    const target = encoded.target.filter((_, at) => at !== 1);
    const shorter = (await look.run({ ...encoded, target })).said.logProbabilities;
    expect(matrix[1]?.[2]).toBe(0);
    for (const i of [2, 3, 4])
      expect(matrix[i]?.[2]).toBeCloseTo((whole[i] as number) - (shorter[i - 1] as number), 6);
  });

  test("the only source token is replaced by <unk>", async () => {
    const one = { source: new Int32Array([idOf("two")]), target: look.encode(example).target };
    const matrix = await evidence(look, one, "leaveOneOut", { place });
    const whole = (await look.run(one)).said.logProbabilities;
    const unknown = (await look.run({ ...one, source: new Int32Array([tokenizer.special.unk]) })).said
      .logProbabilities;
    for (const [i, row] of matrix.entries())
      expect(row[0]).toBeCloseTo((whole[i] as number) - (unknown[i] as number), 6);
  });

  test("each place can have its own alternative", async () => {
    const ids = ["two", "red", "cat", "dog", "sun"].map(idOf);
    const each = await of("leaveOneOut", { against: ids });
    const third = await of("leaveOneOut", { against: ids[2] as number });
    expect(each[2]).toEqual(third[2]);
    expect(each[1]).not.toEqual(third[1]);
    await expect(of("leaveOneOut", { against: [1, 2] })).rejects.toThrow(
      "against: has 2 tokens for 5 places",
    );
  });

  test("many variants are read in several runs, and each is what it is alone", async () => {
    const long = { source: "two red house ".repeat(4), target: "red house two ".repeat(4) };
    const asked = { place, steps: 32 };
    const matrix = await evidence(look, long, "integratedGradients", asked);
    const zeros = [{ at: "encoder.input.embedding", to: 0 }] as const;
    const { said, without } = await look.run(long, { intervene: zeros });
    const last = matrix.length - 1;
    const difference =
      (without?.said.logProbabilities[last] as number) - (said.logProbabilities[last] as number);
    expect(total(matrix[last] as number[])).toBeCloseTo(difference, 2);
  });

  test("what a kind or a place does not have is refused", async () => {
    await expect(of("weights", { place: "decoder.4.cross" })).rejects.toThrow(/similar are/);
    await expect(of("weights", { place: "decoder.*.cross" })).rejects.toThrow(
      "decoder.*.cross: is a pattern",
    );
    await expect(of("weights", { head: 2 })).rejects.toThrow("has heads 0 to 1, not 2");
    await expect(of("integratedGradients", { steps: 0 })).rejects.toThrow(
      "steps: must be a whole number above 0",
    );
    await expect(of("norms", { against: 3 })).rejects.toThrow(
      "norms: is the same whatever token is explained",
    );
    await expect(of("leaveOneOut", { place: "encoder.0.attention", against: 3 })).rejects.toThrow(
      "leaveOneOut: explains states at encoder.0.attention, where no token is written",
    );
  });
});

test("leaving a token of a text out is reading the text without it", async () => {
  const look = await open(generator());
  const encoded = look.encode(example);
  const matrix = await evidence(look, encoded, "leaveOneOut", { place: "layers.0.attention" });
  const whole = (await look.run(encoded)).said.logProbabilities;
  for (const j of [0, 1, 2]) {
    const source = encoded.source.filter((_, at) => at !== j);
    const shorter = (await look.run({ ...encoded, source })).said.logProbabilities;
    for (let i = Math.max(1, j); i < matrix.length; i++)
      expect(matrix[i]?.[j]).toBeCloseTo((whole[i] as number) - (shorter[i - 1] as number), 6);
  }
  const source = encoded.source.map((id, at) => (at === 0 ? tokenizer.special.unk : id));
  const unknown = (await look.run({ ...encoded, source })).said.logProbabilities;
  expect(matrix[0]).toEqual([expect.closeTo((whole[0] as number) - (unknown[0] as number), 6), 0, 0]);
  look.close();
});

test("without a label, a classifier explains the likeliest", async () => {
  const look = await open(judge());
  const asked = { place: "encoder.0.attention" };
  const { likeliest } = (await look.run({ source: "two cat", target: "yes" })).said;
  const [free, given] = await Promise.all(
    [undefined, likeliest[0]].map((target) =>
      evidence(look, { source: "two cat", ...(target ? { target } : {}) }, "gradientTimesWeight", asked),
    ),
  );
  expect(free).toEqual(given);
  look.close();
});

test("recurrent attention has no W_O and nothing to roll out", async () => {
  const look = await open(recurrent("attention: dot"));
  const asked = { place: "decoder.cross" };
  expect(evidenceKindsAt(look, "decoder.cross")).toEqual(
    evidenceKinds.filter((kind) => kind !== "rollout" && kind !== "outputNorms"),
  );
  await expect(evidence(look, example, "rollout", asked)).rejects.toThrow(
    "has no layers of attention to follow",
  );
  await expect(evidence(look, example, "outputNorms", asked)).rejects.toThrow("has no W_O");
  const { taps } = await look.run(example, { taps: ["decoder.cross.weights", "encoder.outputs"] });
  const [a, h] = [...taps.values()].map(({ data }) => data) as [Float32Array, Float32Array];
  const [weights, states] = taps.keys().next().value === "encoder.outputs" ? [h, a] : [a, h];
  const norms = await evidence(look, example, "norms", asked);
  const length = Math.hypot(...states.subarray(2 * 16, 3 * 16));
  expect(norms[3]?.[2]).toBeCloseTo((weights[3 * 4 + 2] as number) * length, 6);
  look.close();
});
