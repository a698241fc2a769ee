/** Going on writing from a change: what a search says under interventions is what forced decoding says under them. */
import { describe, expect, test } from "vitest";
import { languageModel } from "../../src/config/language-model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { openGenerator } from "../../src/decoding/generator.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import type { Intervention } from "../../src/inspect/looking/intervention.ts";
import type { Inspected } from "../../src/inspect/looking/subject.ts";
import { removable, without } from "../../src/inspect/looking/switches.ts";
import {
  type DecodingInspector,
  type DecodingInspectorOptions,
  openDecodingInspector,
} from "../../src/inspect/writing/decode-on.ts";
import type { DecodedText } from "../../src/inspect/writing/decoded.ts";
import { initialise, normal } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { randomStream } from "../../src/random.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

type Of<Task> = Extract<Inspected, { task: Task }>;

const tokenizer = tokenizers.source;
const SOURCE = "two red house";
const MOST = 16;

const transformer = (...set: string[]): Of<"translate"> => ({
  task: "translate",
  model: translationModel(tinyConfig("none.tsv", "model.layers=2", ...set).model, tokenizers),
  tokenizers,
});
function recurrent(model: string): Of<"translate"> {
  const data = "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }";
  const sizes = "hidden: 16, layers: 2, dModel: 16, dropout: 0, maxLength: 16";
  const config = parseConfig(`data: ${data}\nmodel: { ${model}, ${sizes} }`, "tiny.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  return { task: "translate", model: translationModel(config.model, tokenizers), tokenizers };
}
function generator(model: string): Of<"generate"> {
  const data = `{ train: { text: a.txt }, valid: { text: a.txt }, context: ${MOST} }`;
  const sizes = "layers: 2, dModel: 16, dropout: 0";
  const config = parseConfig(`task: generate\ndata: ${data}\nmodel: { ${model}, ${sizes} }`, "tiny.yaml");
  if (config.task !== "generate") throw new Error("not a language model");
  return { task: "generate", model: languageModel(config, tokenizer.size), tokenizer };
}

/** Weights large enough that no token is a matter of course: what holds for them holds for any. */
function weightsOf(of: Inspected): ReadonlyMap<string, HostTensor> {
  const weights = initialise(build<unknown>(of.model).parameters, 3);
  for (const [name, { shape, data }] of weights)
    if (!/norm/i.test(name)) normal(0.5)(data as Float32Array, shape, randomStream(5, name));
  return weights;
}

const open = async (
  of: Inspected,
  settings: Partial<DecodingInspectorOptions> = {},
): Promise<DecodingInspector> =>
  openDecodingInspector({
    engine: await sharedEngine(),
    of,
    weights: weightsOf(of),
    maxLength: MOST,
    ...settings,
  });

/** ln p of the tokens of a text when it is given (teacher forcing), under the same interventions. */
async function forced(
  of: Of<"translate">,
  { ids }: DecodedText,
  intervene: readonly Intervention[],
): Promise<number[]> {
  const look = await openInspector({ engine: await sharedEngine(), of, weights: weightsOf(of) });
  const example = { source: Int32Array.from(tokenizer.encode(SOURCE)), target: Int32Array.from(ids) };
  const { said } = await look.run(example, { intervene });
  look.close();
  return Array.from(said.logProbabilities);
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 5): void => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i] as number, digits);
};

const post = transformer("model.norm=post");
const pre = transformer("model.norm=pre", "model.positions=rotary");
const additive = recurrent("kind: lstm");
const dot = recurrent("kind: gru, attention: dot");
const feeding = recurrent("kind: lstm, attention: dot, inputFeeding: true");
const static_ = recurrent("kind: lstm, attention: none");

describe("without interventions", () => {
  test.each([
    ["a Transformer", post],
    ["an LSTM with additive attention", additive],
  ] as const)("%s writes what the translator writes", async (_, of) => {
    const engine = await sharedEngine();
    for (const settings of [
      { beam: 1 },
      { beam: 4, best: 3, alpha: 1 },
      { beam: 3, prefix: "tree" },
      { beam: 2, noRepeatNgram: 1 },
      { sample: { seed: 7, temperature: 1.5 } },
    ]) {
      const { source, target } = tokenizers;
      const options = { engine, model: of.model, weights: weightsOf(of), source, target, maxLength: MOST };
      const translator = await openTranslator({ ...options, ...settings });
      const [translation] = await translator.translate([SOURCE]);
      const [hypotheses = []] = await translator.translateIds([tokenizer.encode(SOURCE)]);
      translator.close();
      const { prefix, ...rest } = { prefix: "", ...settings };
      const decoder = await open(of, rest);
      const found = await decoder.run(SOURCE, { prefix });
      decoder.close();
      expect(found.hypotheses.map(({ text, score }) => ({ text, score }))).toEqual(
        translation?.hypotheses.map(({ text, score }) => ({ text, score })),
      );
      expect(found.hypotheses.map(({ ids }) => ids)).toEqual(hypotheses.map(({ ids }) => ids));
      expect(found.sourceTokens).toEqual(translation?.sourceTokens);
      expect(found.without).toBeUndefined();
    }
  });
});

const row = [0, 1, 0, 0];
describe.each<[string, Of<"translate">, Intervention[]]>([
  ["a weight of a Transformer", post, [{ at: "decoder.1.cross.weights", head: 1, row: 2, to: row }]],
  [
    "part of a row, renormalised",
    pre,
    [{ at: "decoder.0.cross.weights", head: 0, row: 2, column: 1, to: 0.9, renormalise: true }],
  ],
  [
    "self-attention, as another look gave it",
    pre,
    [{ at: "decoder.1.attention.weights", head: 0, row: 2, to: [0.5, 0.5, 0] }],
  ],
  ["scores", post, [{ at: "decoder.0.attention.scores", row: 3, column: 1, to: 4, scale: 1 }]],
  ["products, which a plain step skips", pre, [{ at: "decoder.*.cross.products", row: 2, scale: -3 }]],
  ["a key of the past", pre, [{ at: "decoder.0.attention.keys", row: 1, scale: -2 }]],
  ["a value of the past", post, [{ at: "decoder.*.attention.values", head: 1, row: 2, to: 1 }]],
  ["values of the source", pre, [{ at: "decoder.0.cross.values", row: 1, to: 0.5, scale: 1 }]],
  ["states and norms", pre, [{ at: "decoder.*.states", row: 2, column: 3, to: 4 }]],
  [
    "every step",
    post,
    [
      { at: "decoder.0.cross.weights", to: 0.25 },
      { at: "decoder.0.feedForward.activated", column: 1, to: 2 },
    ],
  ],
  ["the mean of a norm", pre, [{ at: "decoder.1.crossResidual.norm.mean", row: 2, to: 1 }]],
  ["positions", post, [{ at: "decoder.input.positions", row: 2, scale: -1 }]],
  ["the encoder of a Transformer", post, [{ at: "encoder.*.attention.weights", head: 0, row: 1, to: row }]],
  ["weights of additive attention", additive, [{ at: "decoder.cross.weights", row: 2, to: row }]],
  ["energies of additive attention", additive, [{ at: "decoder.score.energies", row: 2, scale: -1 }]],
  ["a cell, which later steps remember", additive, [{ at: "decoder.stack.cells.0.cell", row: 2, to: 1 }]],
  [
    "the encoder's cells",
    additive,
    [{ at: "encoder.layers.1.backward.forgetGate", row: 1, column: 2, to: 0 }],
  ],
  ["weights of dot attention", dot, [{ at: "decoder.cross.weights", row: 2, to: row }]],
  ["states of a GRU", dot, [{ at: "decoder.stack.cells.1.hidden", row: 1, scale: -1 }]],
  ["input feeding", feeding, [{ at: "decoder.cross.weights", row: 2, to: row }]],
  ["no attention", static_, [{ at: "decoder.stack.cells.1.cell", row: 2, column: 0, to: -3 }]],
])("an intervention on %s", (_, of, intervene) => {
  test("says in a beam what forced decoding says under it", async () => {
    for (const settings of [
      { beam: 1, minDecodingLength: 5 },
      { beam: 4, best: 4, minDecodingLength: 3 },
    ]) {
      const decoder = await open(of, settings);
      const { hypotheses, without, trace } = await decoder.run(SOURCE, { intervene });
      const plain = await decoder.run(SOURCE);
      decoder.close();
      expect(without?.hypotheses).toEqual(plain.hypotheses);
      expect(without?.unchanged).toEqual([]);
      expect(hypotheses).toHaveLength(settings.best ?? 1);
      for (const text of hypotheses) {
        const expected = await forced(of, text, fitted(intervene, text.ids.length));
        close(text.logProbabilities, expected);
        expect(text.logProbability).toBeCloseTo(
          expected.reduce((a, b) => a + b, 0),
          4,
        );
      }
      const best = hypotheses[0]?.logProbability ?? 0;
      expect(without?.delta).toBe(best - (plain.hypotheses[0]?.logProbability ?? 0));
      // What comes before the row is as it was.
      const first = Math.min(...intervene.map(({ at, row: r = 0 }) => (at.startsWith("encoder") ? 0 : r)));
      const isPast = !intervene.some(({ at }) => at.includes(".cross.values"));
      for (let step = 0; isPast && step < first; step++)
        for (const [i, { next }] of (trace[step]?.hypotheses ?? []).entries())
          close(
            next.map(({ logProbability }) => logProbability),
            plain.trace[step]?.hypotheses[i]?.next.map(({ logProbability }) => logProbability) ?? [],
          );
    }
  });
});

test.each(removable)("a translation without %s is what forced decoding says of it", async (part) => {
  for (const of of [post, transformer("model.norm=pre")]) {
    const look = await openInspector({ engine: await sharedEngine(), of, weights: weightsOf(of) });
    const intervene = without(look, part);
    look.close();
    const decoder = await open(of, { beam: 2, minDecodingLength: 4 });
    const [best] = (await decoder.run(SOURCE, { intervene })).hypotheses as [DecodedText];
    decoder.close();
    close(best.logProbabilities, await forced(of, best, intervene), 4);
  }
});

/** Forced decoding wants the numbers of all keys, also of those that a row of self-attention does not see. */
const fitted = (intervene: readonly Intervention[], keys: number): Intervention[] =>
  intervene.map((one) =>
    one.at.includes("decoder.1.attention.weights") && typeof one.to === "object"
      ? { ...one, to: Array.from({ length: keys }, (_, i) => (one.to as number[])[i] ?? 0) }
      : one,
  );

describe("what changed nothing is reported", () => {
  test("by intervention and tap: rows never written, and numbers that were there", async () => {
    const decoder = await open(post, { beam: 2, maxDecodingLength: 5 });
    const late = { at: "decoder.0.cross.weights", head: 1, row: 9, to: row } as const;
    const never = { at: "decoder.1.attention.scores", row: 1e9, to: 0 } as const;
    const same = { at: "decoder.*.states", scale: 1 } as const;
    const real = { at: "decoder.0.cross.weights", row: 1, head: 0, to: row } as const;
    const unread = { at: "encoder.1.states", column: 0, scale: 1 } as const;
    const read = { at: "encoder.0.states", column: 0, scale: 2 } as const;
    const { without } = await decoder.run(SOURCE, { intervene: [late, never, same, real, unread, read] });
    expect(without?.unchanged).toEqual([
      { path: "decoder.0.cross.weights", intervention: late },
      { path: "decoder.1.attention.scores", intervention: never },
      { path: "decoder.input.states", intervention: same },
      { path: "decoder.0.states", intervention: same },
      { path: "decoder.1.states", intervention: same },
      { path: "encoder.1.states", intervention: unread },
    ]);
    decoder.close();
  });
});

test.each<[Intervention, RegExp]>([
  [{ at: "decoder.7.cross.weights", to: 0 }, /no taps match "decoder\.7.*decoder\.0\.cross\.weights/],
  [{ at: "decoder.0.cross.weights", head: 2, to: 0 }, /has heads 0 to 1, not 2/],
  [{ at: "decoder.0.cross.weights", head: 2, row: 9, to: 0 }, /has heads 0 to 1, not 2/],
  [{ at: "decoder.0.cross.weights", row: -1, to: 0 }, /has rows from 0, not -1/],
  [{ at: "decoder.0.cross.weights", row: 0, column: 4, to: 0 }, /has columns 0 to 3, not 4/],
  [{ at: "decoder.0.cross.weights", row: 0, head: 0, to: [1] }, /"to" has 1 numbers, and the part has 4/],
  [{ at: "decoder.0.attention.weights", row: 2, column: 3, to: 0 }, /has columns 0 to 2, not 3/],
  [{ at: "decoder.0.attention.weights", head: 0, row: 1, to: [0, 0.5, 0.5] }, /a weight on a later one/],
  [{ at: "decoder.0.attention.weights", head: 0, to: [1] }, /one key more at every step.*give a row/],
  [{ at: "decoder.0.attention.keys", to: [1] }, /one key more at every step.*give a row/],
  [{ at: "encoder.0.states", row: 4, to: 0 }, /has rows 0 to 3, not 4/],
])("an intervention that does not fit is refused: %j", async (one, message) => {
  const decoder = await open(post);
  await expect(decoder.run(SOURCE, { intervene: [one] })).rejects.toThrow(message);
  decoder.close();
});

test("a given translation is scored with and without, and the trace is its path", async () => {
  const decoder = await open(dot, { beam: 2, listed: 3 });
  const prefix = ["▁red", "▁house", tokenizer.id("▁two") as number, "</s>"];
  const intervene = [{ at: "decoder.cross.weights", row: 1, to: row } as const];
  const { hypotheses, without, trace } = await decoder.run(SOURCE, { prefix, intervene });
  const [only] = hypotheses;
  expect(only?.tokens).toEqual(["▁red", "▁house", "▁two", "</s>"]);
  expect(only?.text).toBe("red house two");
  close(only?.logProbabilities ?? [], await forced(dot, only as DecodedText, intervene));
  const plain = without?.hypotheses[0] as DecodedText;
  close(plain.logProbabilities, await forced(dot, plain, []));
  expect(without?.delta).toBeCloseTo((only?.logProbability ?? 0) - plain.logProbability, 10);
  // The model's own next tokens, though only one is allowed.
  expect(trace.map(({ hypotheses: [kept] }) => kept?.written?.token)).toEqual([
    undefined,
    "▁red",
    "▁house",
    "▁two",
  ]);
  expect(trace.map(({ hypotheses: [kept] }) => kept?.next.length)).toEqual([3, 3, 3, 3]);
  await expect(decoder.run(SOURCE, { prefix: ["▁rot"] })).rejects.toThrow('there is no token "▁rot"');
  await expect(decoder.run(SOURCE, { prefix: ["</s>", "▁red"] })).rejects.toThrow("no token can follow it");
  await expect(decoder.run(" ")).rejects.toThrow("nothing to translate");
  decoder.close();
});

test("the trace is the tree of the beam: every hypothesis is a path through it", async () => {
  const decoder = await open(additive, { beam: 3, best: 3, listed: 4 });
  const intervene = [{ at: "decoder.cross.weights", row: 1, to: row } as const];
  const { hypotheses, trace } = await decoder.run(SOURCE, { intervene });
  expect(trace.map(({ row: at }) => at)).toEqual(trace.map((_, i) => i));
  expect(trace[0]?.hypotheses).toHaveLength(1);
  expect(trace[1]?.hypotheses).toHaveLength(3);
  for (const { ids, logProbabilities } of hypotheses) {
    let at = 0;
    let sum = 0;
    for (const [step, id] of ids.entries()) {
      const kept = trace[step]?.hypotheses[at];
      expect(kept?.logProbability).toBeCloseTo(sum, 5);
      const listed = kept?.next.find((next) => next.id === id);
      if (listed) expect(listed.logProbability).toBeCloseTo(logProbabilities[step] as number, 5);
      sum += logProbabilities[step] as number;
      at =
        trace[step + 1]?.hypotheses.findIndex(({ parent, written }) => parent === at && written?.id === id) ??
        -1;
      expect(at >= 0 || step === ids.length - 1).toBe(true);
    }
  }
  decoder.close();
});

describe.each([
  ["a Transformer language model", generator("kind: transformer, heads: 2, feedForward: 16"), "layers.1"],
  ["a GRU language model", generator("kind: gru, hidden: 16"), "network.layers.1.cell"],
] as const)("%s", (_, of, place) => {
  const PROMPT = "two cat tree";
  const prompt = tokenizer.encode(PROMPT).slice(0, -1);

  test("writes without interventions what the generator writes", async () => {
    const engine = await sharedEngine();
    const plain = await openGenerator({ engine, model: of.model, weights: weightsOf(of), context: MOST });
    const decoder = await open(of, { maxDecodingLength: 7 });
    const drawn: number[] = [];
    for await (const id of plain.generate(prompt, { seed: 5, topK: 6 })) if (drawn.push(id) === 7) break;
    const sampled = await decoder.run(PROMPT, { sample: { seed: 5, topK: 6 } });
    expect(sampled.hypotheses[0]?.ids).toEqual(drawn);
    for (const beam of [1, 3]) {
      const [searched = []] = await plain.search([prompt], { tokens: 7, beam, best: beam });
      const { hypotheses } = await decoder.run(PROMPT, { beam, best: beam });
      expect(hypotheses.map(({ ids, score }) => ({ ids, score }))).toEqual(
        searched.map(({ ids, score }) => ({ ids, score })),
      );
    }
    decoder.close();
    plain.close();
  });

  const cases: Intervention[][] =
    place === "layers.1"
      ? [
          [{ at: "layers.1.attention.weights", head: 0, row: 4, column: 1, to: 0.9, renormalise: true }],
          [{ at: "layers.*.attention.weights", head: 1, row: 1, column: 0, to: 1 }],
          [{ at: "layers.0.attention.keys", row: 1, scale: -2 }],
          [{ at: "layers.0.attention.values", row: 4, to: 1 }],
          [{ at: "layers.1.attention.scores", column: 1, to: 3, scale: 1 }],
          [{ at: "layers.0.states", column: 2, to: 3 }],
          [{ at: "input.embedding", row: 0, scale: 2 }],
        ]
      : [
          [{ at: "network.layers.1.cell.updateGate", row: 4, to: 0 }],
          [{ at: "network.layers.0.cell.hidden", row: 1, column: 2, to: 3 }],
          [{ at: "network.layers.*.cell.candidate", column: 0, to: 1 }],
        ];
  test.each(cases.map((intervene) => [intervene] as const))(
    "says under %j what it says of the whole text",
    async (intervene) => {
      const decoder = await open(of, { beam: 2, best: 2, maxDecodingLength: 6 });
      const { hypotheses, without } = await decoder.run(PROMPT, { intervene });
      const drawn = await decoder.run(PROMPT, { intervene, best: 1, sample: { seed: 2 } });
      decoder.close();
      expect(without?.unchanged).toEqual([]);
      const look = await openInspector({ engine: await sharedEngine(), of, weights: weightsOf(of) });
      for (const { ids, logProbabilities } of [...hypotheses, ...drawn.hypotheses]) {
        const example = { source: Int32Array.of(...prompt, ...ids), target: new Int32Array() };
        const { said } = await look.run(example, { intervene });
        close(logProbabilities, said.logProbabilities.subarray(prompt.length - 1));
      }
      look.close();
    },
  );

  test("names rows that were never read, in the prompt or after it", async () => {
    const decoder = await open(of, { maxDecodingLength: 3 });
    const at = `${place}.${place === "layers.1" ? "states" : "hidden"}` as "layers.1.states";
    const intervene = [
      { at, row: 5, to: 0 },
      { at, row: 4, to: 0 },
      { at, row: 2, scale: 1 },
      { at, row: 2, to: 1 },
    ];
    const { without, hypotheses } = await decoder.run(PROMPT, { intervene, prefix: ["▁sun"] });
    expect(hypotheses[0]?.tokens[0]).toBe("▁sun");
    // Rows 0 to 2 are the prompt, 3 and 4 the tokens that are read to write two more.
    expect(without?.unchanged).toEqual([
      { path: at, intervention: intervene[0] },
      { path: at, intervention: intervene[2] },
    ]);
    decoder.close();
  });

  test("refuses what has no effect on it, and more than it looks back on", async () => {
    const decoder = await open(of);
    await expect(decoder.run(PROMPT, { prefix: "rot" })).rejects.toThrow("not in the vocabulary");
    await expect(decoder.run(PROMPT, { best: 2, sample: {} })).rejects.toThrow("best: one text is drawn");
    await expect(decoder.run(PROMPT, { alpha: 1 })).rejects.toThrow(/alpha: has no effect on a language/);
    await expect(decoder.run(PROMPT, { maxDecodingLength: 15 })).rejects.toThrow(
      "the prompt has 3 tokens and 15 follow; the model looks back on 16",
    );
    decoder.close();
  });
});
