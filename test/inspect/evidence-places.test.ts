/** At every place of attention, each kind of evidence is what its formula gives; slopes are those of small steps. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type EvidenceKind,
  type EvidenceOptions,
  evidence,
  evidenceKindsAt,
} from "../../src/inspect/evidence/evidence.ts";
import type { Inspector } from "../../src/inspect/looking/inspector.ts";
import type { Intervention } from "../../src/inspect/looking/intervention.ts";
import type { NamedTensor } from "../../src/inspect/looking/look.ts";
import type { EncodedExample, Example, Inspected } from "../../src/inspect/looking/subject.ts";
import type { Matrix } from "../../src/inspect/matrix.ts";
import type { TapPattern } from "../../src/nn/match-taps.ts";
import {
  close,
  example,
  generator,
  idOf,
  judge,
  near,
  open,
  recurrent,
  tokenizer,
  total,
  translator,
} from "./evidence-models.ts";

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
const transposed = (columns: Matrix): Matrix =>
  (columns[0] ?? []).map((_, i) => columns.map((column) => column[i] as number));
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
