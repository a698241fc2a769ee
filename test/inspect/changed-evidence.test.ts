/** Evidence under interventions is the evidence of the model that they make: one with other weights, or without a part. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { translationModel } from "../../src/config/translation-model.ts";
import { type EvidenceKind, evidence, evidenceKinds } from "../../src/inspect/evidence/evidence.ts";
import { type Inspector, openInspector } from "../../src/inspect/looking/inspector.ts";
import type { Intervention } from "../../src/inspect/looking/intervention.ts";
import type { Inspected } from "../../src/inspect/looking/subject.ts";
import { without } from "../../src/inspect/looking/switches.ts";
import type { Matrix } from "../../src/inspect/matrix.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";
import {
  close,
  example,
  generator,
  judge,
  open,
  recurrent,
  translator,
  weightsOf,
} from "./evidence-models.ts";

const PLACE = "decoder.1.cross";

/** The weights with the columns of W_O zero that a head is read by: [dim, heads · dValue], two heads of 8. */
function withoutHead(of: Inspected, place: string, head: number): Map<string, HostTensor> {
  const weights = weightsOf(of);
  const name = `${place}.output.weight`;
  const { data, ...rest } = weights.get(name) as HostTensor;
  const zeroed = Float32Array.from(data as Float32Array, (x, i) =>
    Math.floor((i % 16) / 8) === head ? 0 : x,
  );
  return weights.set(name, { ...rest, data: zeroed });
}

const opened = async (of: Inspected, weights: ReadonlyMap<string, HostTensor>): Promise<Inspector> =>
  openInspector({ engine: await sharedEngine(), of, weights });

describe.each([
  [
    "a translator",
    translator,
    "decoder.1.cross",
    ["decoder.1.cross", "decoder.1.attention", "encoder.1.attention"],
  ],
  ["a language model", generator(), "layers.0.attention", ["layers.1.attention", "layers.0.attention"]],
  ["a classifier", judge(), "encoder.0.attention", ["encoder.1.attention", "encoder.0.attention"]],
] as const)("a switched-off head of %s is one whose columns of W_O are zero", (_, of, place, asked) => {
  let [look, changed]: (Inspector | undefined)[] = [];
  beforeAll(async () => {
    [look, changed] = [await open(of), await opened(of, withoutHead(of, place, 1))];
  });
  afterAll(() => {
    look?.close();
    changed?.close();
  });
  const intervene: Intervention[] = [{ at: `${place}.heads`, head: 1, scale: 0 }];
  const text = of.task === "classify" ? { source: example.source, target: "yes" } : example;
  test.each(evidenceKinds)("%s", { timeout: 60_000 }, async (kind) => {
    for (const at of asked) {
      const given = await evidence(look as Inspector, text, kind, { place: at, intervene });
      close(given, await evidence(changed as Inspector, text, kind, { place: at }), 5);
    }
  });
});

describe("of a translator", () => {
  let look: Inspector;
  const of = (kind: EvidenceKind, intervene: readonly Intervention[], place = PLACE): Promise<Matrix> =>
    evidence(look, example, kind, { place, intervene });
  beforeAll(async () => {
    look = await open(translator);
  });
  afterAll(() => look.close());

  describe.each(["residuals", "positions"] as const)("without %s", (part) => {
    test.each(evidenceKinds)("%s is that of a model without", { timeout: 60_000 }, async (kind) => {
      const sizes = ["model.layers=2", "model.activation=gelu", `model.without=[${part}]`];
      const { model } = tinyConfig("none.tsv", ...sizes);
      const bare = { ...translator, model: translationModel(model, tokenizers) } as Inspected;
      const other = await opened(bare, weightsOf(translator));
      close(await of(kind, without(look, part)), await evidence(other, example, kind, { place: PLACE }), 4);
      other.close();
    });
  });

  const row = [0.4, 0.1, 0.2, 0.3];
  const pinned: Intervention[] = [{ at: `${PLACE}.weights`, row: 2, to: row, renormalise: true }];

  test("a row that is pinned is the row of every kind that reads weights", async () => {
    const weights = await of("weights", pinned);
    const plain = await of("weights", []);
    close([weights[2] as number[]], [row], 6);
    close([weights[1] as number[]], [plain[1] as number[]], 6);
  });

  test("a key is zeroed after the pinned row is made to sum to 1", async () => {
    const [falls, { said }] = [
      await of("valueZeroingFall", pinned),
      await look.run(example, { intervene: pinned }),
    ];
    for (const column of [0, 3]) {
      const zeroed = { at: `${PLACE}.weights`, column, scale: 0 } as const;
      const to = row.map((weight, j) => (j === column ? 0 : weight));
      const both = [zeroed, { at: `${PLACE}.weights`, row: 2, to } as const];
      const { logProbabilities } = (await look.run(example, { intervene: both })).said;
      for (const [i, ln] of said.logProbabilities.entries())
        expect(falls[i]?.[column]).toBeCloseTo(ln - (logProbabilities[i] as number), 5);
    }
  });

  test("integrated gradients still add up to what the embeddings do", async () => {
    const asked = { place: PLACE, steps: 64, intervene: pinned };
    const matrix = await evidence(look, example, "integratedGradients", asked);
    const zeros: Intervention = { at: "encoder.input.embedding", to: 0 };
    const { said: whole } = await look.run(example, { intervene: pinned });
    const { said: none } = await look.run(example, { intervene: [...pinned, zeros] });
    for (const [i, numbers] of matrix.entries()) {
      const difference = (whole.logProbabilities[i] as number) - (none.logProbabilities[i] as number);
      expect(numbers.reduce((sum, x) => sum + x, 0)).toBeCloseTo(difference, 2);
    }
  });

  test("a source token that is left out takes its part of a change with it, and the others keep theirs", async () => {
    const changes: Intervention[] = [
      ...pinned,
      { at: "encoder.0.states", row: 2, scale: 2 },
      { at: "encoder.input.positions", row: 2, to: 0 },
    ];
    const matrix = await of("leaveOneOut", changes);
    const { said: whole } = await look.run(example, { intervene: changes });
    // "red" stood at place 1.
    const moved: Intervention[] = [
      { at: `${PLACE}.weights`, row: 2, to: [0.4, 0.2, 0.3], renormalise: true },
      { at: "encoder.0.states", row: 1, scale: 2 },
      { at: "encoder.input.positions", row: 1, to: 0 },
    ];
    const { said } = await look.run({ ...example, source: "two house" }, { intervene: moved });
    for (const [i, numbers] of matrix.entries())
      expect(numbers[1]).toBeCloseTo(
        (whole.logProbabilities[i] as number) - (said.logProbabilities[i] as number),
        5,
      );
  });

  test("of a prefix, changes of all rows hold as well, and those of one row are refused", async () => {
    const place = "decoder.0.attention";
    const diagonal = without(look, "diagonal");
    const matrix = await of("leaveOneOut", diagonal, place);
    const encoded = look.encode(example);
    const { said: whole } = await look.run(encoded, { intervene: diagonal });
    const target = encoded.target.filter((_, at) => at !== 1);
    const { said } = await look.run({ ...encoded, target }, { intervene: diagonal });
    for (const i of [2, 3, 4])
      expect(matrix[i]?.[2]).toBeCloseTo(
        (whole.logProbabilities[i] as number) - (said.logProbabilities[i - 1] as number),
        5,
      );
    await expect(of("leaveOneOut", pinned, place)).rejects.toThrow(
      "decoder.1.cross.weights: is changed at single places, and tokens that decoder.0.attention reads are left out one by one; change all rows, or ask for another kind of evidence",
    );
  });

  test("what does not fit is refused as in a look", async () => {
    await expect(of("norms", [{ at: `${PLACE}.weights`, head: 2, to: 0 }])).rejects.toThrow(
      "has heads 0 to 1",
    );
    await expect(of("norms", [{ at: "decoder.7.cross.weights", to: 0 }])).rejects.toThrow(/similar are/);
  });
});

test("recurrent attention: a pinned row is a step's, and what follows follows from it", async () => {
  const look = await open(recurrent("attention: dot"));
  const intervene: Intervention[] = [{ at: "decoder.cross.weights", row: 1, to: [0, 1, 0, 0] }];
  const asked = { place: "decoder.cross", intervene };
  const { taps } = await look.run(example, { taps: ["decoder.cross.weights"], intervene });
  const { data } = taps.get("decoder.cross.weights") ?? { data: new Float32Array() };
  const rows = Array.from({ length: 5 }, (_, i) => Array.from(data.subarray(i * 4, (i + 1) * 4)));
  close(await evidence(look, example, "weights", asked), rows, 6);
  const falls = await evidence(look, example, "valueZeroingFall", asked);
  // Only the second token was read at row 1, and nothing that row says depends on the others.
  for (const kept of [0, 2, 3]) expect(falls[0]?.[kept]).not.toBe(0);
  expect(Math.abs(falls[1]?.[1] as number)).toBeGreaterThan(0);
  look.close();
});
