/** Every kind of evidence is what its paper's formula gives, from tapped values and the model's weights in float64. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classifierModel } from "../../src/config/classifier-model.ts";
import { languageModel } from "../../src/config/language-model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import {
  type EvidenceKind,
  type EvidenceOptions,
  evidence,
  evidenceKinds,
  evidenceKindsAt,
} from "../../src/inspect/evidence.ts";
import { type Inspector, openInspector } from "../../src/inspect/inspector.ts";
import type { Intervention } from "../../src/inspect/intervention.ts";
import type { NamedTensor } from "../../src/inspect/look.ts";
import type { Matrix } from "../../src/inspect/matrix.ts";
import type { EncodedExample, Example, Inspected } from "../../src/inspect/subject.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { TapPattern } from "../../src/nn/match-taps.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

const tokenizer = tokenizers.source;
const idOf = (word: string): number => tokenizer.id(`\u2581${word}`) as number;
const weightsOf = (of: Inspected): Map<string, HostTensor> =>
  new Map(initialise(build<unknown>(of.model).parameters, 5));
const open = async (of: Inspected): Promise<Inspector> =>
  openInspector({ engine: await sharedEngine(), of, weights: weightsOf(of) });

/** With GELU: the slopes of ReLU jump, and integrals by steps would need many of them. */
const translator: Inspected = {
  task: "translate",
  model: translationModel(
    tinyConfig("none.tsv", "model.layers=2", "model.activation=gelu").model,
    tokenizers,
  ),
  tokenizers,
};
function recurrent(attention: string): Inspected {
  const model = `{ kind: gru, hidden: 16, layers: 1, dModel: 16, dropout: 0, maxLength: 16, ${attention} }`;
  const data = "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }";
  const config = parseConfig(`data: ${data}\nmodel: ${model}`, "tiny.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  return { task: "translate", model: translationModel(config.model, tokenizers), tokenizers };
}
const small =
  "{ kind: transformer, heads: 2, feedForward: 16, layers: 2, dModel: 16, dropout: 0, activation: gelu }";
function generator(): Inspected {
  const data = "{ train: { text: a.txt }, valid: { text: a.txt }, context: 16 }";
  const config = parseConfig(`task: generate\ndata: ${data}\nmodel: ${small}`, "tiny.yaml");
  if (config.task !== "generate") throw new Error("not a language model");
  return { task: "generate", model: languageModel(config, tokenizer.size), tokenizer };
}
function judge(): Inspected {
  const data = "{ train: { labelled: a.tsv }, valid: { labelled: a.tsv } }";
  const config = parseConfig(`task: classify\ndata: ${data}\nmodel: ${small}`, "tiny.yaml");
  if (config.task !== "classify") throw new Error("not a classifier");
  const labels = ["no", "yes"];
  const model = classifierModel(config, { vocabulary: tokenizer.size, labels: labels.length });
  return { task: "classify", model, tokenizer, labels };
}

const example: Example = { source: "two red house", target: "red house two two" };

/** A model with a place of attention in it. */
interface Case {
  readonly name: string;
  readonly of: Inspected;
  readonly place: string;
  /** Embeddings of the columns. */
  readonly embedding: string;
  /** Whether a token is written at each row. */
  readonly isWritten: boolean;
  readonly example: Example;
}
const cases: readonly Case[] = [
  ["cross-attention", translator, "decoder.1.cross", "encoder.input.embedding", true],
  ["a decoder's self-attention", translator, "decoder.1.attention", "decoder.input.embedding", true],
  ["an encoder's self-attention", translator, "encoder.0.attention", "encoder.input.embedding", false],
  ["a language model", generator(), "layers.1.attention", "input.embedding", true],
  ["a classifier", judge(), "encoder.1.attention", "input.embedding", false],
  ["additive attention", recurrent("attention: additive"), "decoder.cross", "encoder.input.embedding", true],
  [
    "general attention with input feeding",
    recurrent("attention: general, inputFeeding: true"),
    "decoder.cross",
    "encoder.input.embedding",
    true,
  ],
].map(([name, of, place, embedding, isWritten]) => {
  const { task } = of as Inspected;
  const target =
    task === "classify" ? { target: "yes" } : task === "generate" ? {} : { target: example.target };
  return { name, of, place, embedding, isWritten, example: { source: example.source, ...target } } as Case;
});

const sizes = ({ axes }: NamedTensor): number[] => axes.map(({ size }) => size);
const total = (row: ArrayLike<number>): number => Array.from(row).reduce((a, b) => a + b, 0);
const transposed = (columns: Matrix): Matrix =>
  (columns[0] ?? []).map((_, i) => columns.map((column) => column[i] as number));
function close(a: Matrix, b: Matrix, digits = 5): void {
  expect(a.length).toBe(b.length);
  for (const [i, row] of a.entries()) {
    expect(row.length).toBe(b[i]?.length);
    for (const [j, value] of row.entries())
      expect(value, `${i}, ${j}`).toBeCloseTo(b[i]?.[j] as number, digits);
  }
}
/** Slopes and integrals by steps of some hundredths, in float32. */
const near = (a: number, b: number): void => {
  expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThan(2e-4 + 0.003 * Math.abs(b));
};
function cosineDistance(a: Float32Array, b: Float32Array): number {
  const product = (x: Float32Array, y: Float32Array): number =>
    total(Array.from(x, (value, i) => value * (y[i] as number)));
  return 1 - product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

describe.each(cases)("of $name", ({ of, place, embedding, isWritten, example: given }) => {
  let look: Inspector;
  beforeAll(async () => {
    look = await open(of);
  });
  afterAll(() => look.close());

  const measure = (kind: EvidenceKind, more: Partial<EvidenceOptions> = {}): Promise<Matrix> =>
    evidence(look, given, kind, { place, ...more });
  const read = async (
    path: string,
    one: Example | EncodedExample = given,
    intervene: readonly Intervention[] = [],
  ) => (await look.run(one, { taps: [path as TapPattern], intervene })).taps.get(path) as NamedTensor;
  const said = async (intervene: readonly Intervention[] = []): Promise<number[]> =>
    Array.from((await look.run(given, { intervene })).said.logProbabilities);
  const states = `${place.slice(0, place.lastIndexOf("."))}.states`;
  const stateRows = async (
    one: Example | EncodedExample = given,
    intervene: readonly Intervention[] = [],
  ) => {
    const tensor = await read(states, one, intervene);
    const [, rows, dim] = sizes(tensor) as [number, number, number];
    return Array.from({ length: rows }, (_, i) => tensor.data.subarray(i * dim, (i + 1) * dim));
  };
  const shape = async (): Promise<[heads: number, rows: number, columns: number]> =>
    sizes(await read(`${place}.weights`)).slice(1) as [number, number, number];
  const at = (name: string): TapPattern => `${place}.${name}` as TapPattern;

  test("every kind has the shape of the weights, and all its numbers are finite", async () => {
    const [, rows, columns] = await shape();
    for (const kind of evidenceKindsAt(look, place)) {
      const matrix = await measure(kind);
      expect(
        matrix.map((row) => row.length),
        kind,
      ).toEqual(new Array(rows).fill(columns));
      expect(matrix.flat().every(Number.isFinite), kind).toBe(true);
      expect(
        matrix.flat().some((value) => value !== 0),
        kind,
      ).toBe(true);
    }
  });

  test("weights are those of a head, or their mean", async () => {
    const { data } = await read(`${place}.weights`);
    const [heads, rows, columns] = await shape();
    const head = (h: number): Matrix =>
      Array.from({ length: rows }, (_, i) =>
        Array.from({ length: columns }, (__, j) => data[(h * rows + i) * columns + j] as number),
      );
    close(await measure("weights", { head: heads - 1 }), head(heads - 1), 7);
    const mean = head(0).map((row, i) =>
      row.map((_, j) => total(Array.from({ length: heads }, (__, h) => head(h)[i]?.[j] as number)) / heads),
    );
    close(await measure("weights"), mean, 7);
  });

  test("gradient × weight is the slope as one weight grows", async () => {
    const [, rows, columns] = await shape();
    const matrix = await measure("gradientTimesWeight", { head: 0 });
    const [row, column] = [rows - 1, columns - 2];
    for (const [i, j] of [
      [row, column],
      [1, 0],
    ] as const) {
      const scaled = async (scale: number): Promise<number> => {
        const outputs = await said([{ at: at("weights"), head: 0, row: i, column: j, scale }]);
        return isWritten ? (outputs[i] as number) : total(outputs);
      };
      const slope = ((await scaled(1.02)) - (await scaled(0.98))) / 0.04;
      near(matrix[i]?.[j] as number, slope);
    }
  });

  test("gradient × input is the slope as one embedding grows", async () => {
    const [, rows, columns] = await shape();
    const matrix = await measure("gradientTimesInput");
    const whole = await stateRows();
    for (const [i, j] of [
      [rows - 1, columns - 2],
      [1, 0],
    ] as const) {
      const scaled = async (scale: number): Promise<number> => {
        const intervene = [{ at: embedding as TapPattern, row: j, scale }];
        if (isWritten) return (await said(intervene))[i] as number;
        const [before, now] = [whole[i], (await stateRows(given, intervene))[i]] as [
          Float32Array,
          Float32Array,
        ];
        return total(Array.from(now, (value, d) => value * (before[d] as number))) / Math.hypot(...before);
      };
      const slope = ((await scaled(1.01)) - (await scaled(0.99))) / 0.02;
      near(matrix[i]?.[j] as number, slope);
    }
  });

  test("integrated gradients of a row sum to the difference to embeddings of zeros", async () => {
    const matrix = await measure("integratedGradients", { steps: 64 });
    const zeros = [{ at: embedding as TapPattern, to: 0 }];
    const [whole, empty] = [await stateRows(), await stateRows(given, zeros)];
    const [spoken, silent] = [await said(), await said(zeros)];
    for (const [i, row] of matrix.entries()) {
      const [before, after] = [whole[i], empty[i]] as [Float32Array, Float32Array];
      const along =
        total(Array.from(after, (value, d) => value * (before[d] as number))) / Math.hypot(...before);
      const difference = isWritten
        ? (spoken[i] as number) - (silent[i] as number)
        : Math.hypot(...before) - along;
      near(total(row), difference);
    }
  });

  test("value zeroing is the turn of the layer's states without one value", async () => {
    const [, , columns] = await shape();
    const whole = await stateRows();
    const changes: Matrix = await Promise.all(
      Array.from({ length: columns }, async (_, j) => {
        // The paper's way, v_j of zeros, where values are a tap; recurrent attention mixes the states themselves.
        const zeroed = look.paths.includes(`${place}.values`)
          ? { at: at("values"), row: j, to: 0 }
          : { at: at("weights"), column: j, to: 0 };
        const after = await stateRows(given, [zeroed]);
        return after.map((state, i) => cosineDistance(whole[i] as Float32Array, state));
      }),
    );
    close(await measure("valueZeroing"), transposed(changes), 6);
  });

  test("its other form is the fall of what is said", async () => {
    const [, rows, columns] = await shape();
    const whole = await said();
    const matrix = await measure("valueZeroingFall");
    for (const j of [0, columns - 1]) {
      for (const i of [1, rows - 1]) {
        const row = isWritten ? {} : { row: i };
        const after = await said([{ at: at("weights"), column: j, to: 0, ...row }]);
        const fall = isWritten ? (whole[i] as number) - (after[i] as number) : total(whole) - total(after);
        expect(matrix[i]?.[j]).toBeCloseTo(fall, 5);
      }
    }
  });

  test("where no token is written, leaving one out is the turn of states as <unk> stands in for it", async () => {
    if (isWritten) return;
    const encoded = look.encode(given);
    const whole = await stateRows();
    const turns = await Promise.all(
      Array.from(encoded.source, async (_, j) => {
        const source = encoded.source.map((id, at) => (at === j ? tokenizer.special.unk : id));
        const after = await stateRows({ ...encoded, source });
        return after.map((state, i) => cosineDistance(whole[i] as Float32Array, state));
      }),
    );
    close(await measure("leaveOneOut"), transposed(turns), 6);
  });

  test("why A and not B is minus why B and not A; and nothing speaks for A rather than A", async () => {
    const words = of.task === "classify" ? [0, 1] : [idOf("two"), idOf("red")];
    const [a, b] = words as [number, number];
    const kinds = isWritten
      ? ([
          "gradientTimesWeight",
          "gradientTimesInput",
          "integratedGradients",
          "valueZeroingFall",
          "leaveOneOut",
        ] as const)
      : (["gradientTimesWeight", "valueZeroingFall"] as const);
    for (const kind of kinds) {
      const [ab, ba, aa] = await Promise.all(
        [
          [a, b],
          [b, a],
          [a, a],
        ].map(([one, against]) => measure(kind, { of: one as number, against: against as number, steps: 4 })),
      );
      close(
        ab as Matrix,
        (ba as Matrix).map((row) => row.map((value) => -value)),
        5,
      );
      expect(
        (ab as Matrix).flat().some((value) => Math.abs(value) > 1e-4),
        kind,
      ).toBe(true);
      close(
        aa as Matrix,
        (aa as Matrix).map((row) => row.map(() => 0)),
        6,
      );
      // And it is the difference of the two.
      const [one, other] = [
        await measure(kind, { of: a, steps: 4 }),
        await measure(kind, { of: b, steps: 4 }),
      ];
      close(
        ab as Matrix,
        one.map((row, i) => row.map((value, j) => value - (other[i]?.[j] as number))),
        4,
      );
    }
  });
});

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
