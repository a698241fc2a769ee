/** Looking into models of every kind: what is read, changed and differentiated is what the equations say. */
import { describe, expect, test } from "vitest";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import type { NamedTensor } from "../../src/inspect/looking/look.ts";
import { sharedEngine } from "../training/tiny.ts";
import {
  close,
  example,
  generator,
  judge,
  numbersAt,
  open,
  randomWeights,
  recurrent,
  recurrentTranslator,
  tapOf,
  tokenizer,
  transformer,
  translator,
} from "./tiny-subjects.ts";

describe("a translator", () => {
  test("shows taps with the names and tokens of their axes", async () => {
    const look = await open(translator());
    const { taps, said } = await look.run(example, {
      taps: ["decoder.1.cross.weights", "encoder.input.embedding"],
    });
    expect([...taps.keys()]).toEqual(["encoder.input.embedding", "decoder.1.cross.weights"]);
    const { axes } = tapOf(taps, "decoder.1.cross.weights");
    expect(axes.map(({ name, size }) => `${name} ${size}`)).toEqual([
      "batch 1",
      "heads 2",
      "queries 5",
      "keys 4",
    ]);
    expect(axes[2]?.tokens?.writes).toEqual(["▁red", "▁house", "▁two", "▁two", "</s>"]);
    expect(axes[2]?.tokens?.reads).toEqual(["<s>", "▁red", "▁house", "▁two", "▁two"]);
    expect(axes[3]?.tokens?.reads).toEqual(["▁two", "▁red", "▁house", "</s>"]);
    expect(said.expected).toEqual(axes[2]?.tokens?.writes);
    expect(said.logProbabilities.every((logProbability) => logProbability < 0)).toBe(true);
    look.close();
  });

  test("weights are the softmax of scores, and heads the weighted sums of values", async () => {
    const look = await open(translator());
    const { taps } = await look.run(example, { taps: ["decoder.0.attention.*"] });
    const at = (name: string): NamedTensor => tapOf(taps, `decoder.0.attention.${name}`);
    for (const head of [0, 1]) {
      for (const query of [0, 2, 4]) {
        const exps = Array.from(numbersAt(at("scores"), 0, head, query), Math.exp);
        const weights = exps.map((e) => e / exps.reduce((a, b) => a + b, 0));
        close(numbersAt(at("weights"), 0, head, query), weights);
        const mixed = Array.from({ length: 8 }, (_, i) =>
          weights.reduce(
            (sum, weight, key) => sum + weight * (numbersAt(at("values"), 0, head, key)[i] as number),
            0,
          ),
        );
        close(numbersAt(at("heads"), 0, head, query), mixed);
      }
    }
    look.close();
  });

  test("shows the ids it reads, weighted values, logits and probabilities", async () => {
    const look = await open(translator());
    const { taps, said } = await look.run(example, {
      taps: ["*.input.ids", "decoder.1.cross.*", "logits", "probabilities"],
    });
    expect(Array.from(tapOf(taps, "encoder.input.ids").data)).toEqual(tokenizer.encode(example.source));
    const { special } = tokenizer;
    expect(Array.from(tapOf(taps, "decoder.input.ids").data)).toEqual([
      special.bos,
      ...tokenizer.encode(example.target).slice(0, -1),
    ]);
    const at = (name: string): NamedTensor => tapOf(taps, `decoder.1.cross.${name}`);
    for (const [head, query, key] of [
      [0, 0, 0],
      [1, 4, 2],
    ] as const) {
      const [weight] = numbersAt(at("weights"), 0, head, query, key) as unknown as [number];
      const values = numbersAt(at("values"), 0, head, key);
      close(
        numbersAt(at("weighted"), 0, head, query, key),
        Array.from(values, (value) => weight * value),
      );
    }
    const expected = tokenizer.encode(example.target);
    for (const [place, id] of expected.entries()) {
      const logits = numbersAt(tapOf(taps, "logits"), 0, place);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const probability = Math.exp(logits[id] as number) / total;
      expect(numbersAt(tapOf(taps, "probabilities"), 0, place)[id]).toBeCloseTo(probability, 6);
      expect(said.logProbabilities[place]).toBeCloseTo(Math.log(probability), 5);
    }
    look.close();
  });

  test("names what is near where a pattern matches nothing", async () => {
    const look = await open(translator());
    await expect(look.run(example, { taps: ["decoder.7.cross.weights"] })).rejects.toThrow(
      /no taps match "decoder\.7\.cross\.weights".*decoder\.0\.cross\.weights/,
    );
    await expect(
      look.run(example, { intervene: [{ at: "decoder.*.crossing.weights", to: 0 }] }),
    ).rejects.toThrow(/no taps match/);
    look.close();
  });
});

test("a text longer than the model reads is cut, on both sides", async () => {
  const of = translator();
  const look = await openInspector({
    engine: await sharedEngine(),
    of,
    weights: randomWeights(of),
    maxLength: 4,
  });
  const { taps, said } = await look.run(
    { source: "one two three four five", target: "cat dog sun tree" },
    { taps: ["decoder.0.cross.weights"] },
  );
  expect(tapOf(taps, "decoder.0.cross.weights").axes[3]?.tokens?.reads).toEqual([
    "▁one",
    "▁two",
    "▁three",
    "</s>",
  ]);
  expect(said.expected).toEqual(["▁cat", "▁dog", "▁sun", "</s>"]);
  look.close();
});

describe("an intervention", () => {
  test("on a row of weights makes the head that value, and what is said changes", async () => {
    const look = await open(translator());
    const to = [0, 1, 0, 0];
    const { taps, said, without } = await look.run(example, {
      taps: ["decoder.0.cross.*"],
      intervene: [{ at: "decoder.0.cross.weights", head: 1, row: 3, to }],
    });
    const at = (name: string): NamedTensor => tapOf(taps, `decoder.0.cross.${name}`);
    close(numbersAt(at("weights"), 0, 1, 3), to);
    close(numbersAt(at("heads"), 0, 1, 3), numbersAt(at("values"), 0, 1, 1));
    // Another head is as it was.
    const plain = await look.run(example, { taps: ["decoder.0.cross.heads"] });
    close(numbersAt(at("heads"), 0, 0, 3), numbersAt(tapOf(plain.taps, "decoder.0.cross.heads"), 0, 0, 3));
    expect(without?.unchanged).toEqual([]);
    close(without?.said.logProbabilities ?? [], plain.said.logProbabilities);
    // What is written before that row does not see it.
    close(said.logProbabilities.subarray(0, 3), plain.said.logProbabilities.subarray(0, 3));
    expect(said.logProbabilities[3]).not.toBeCloseTo(plain.said.logProbabilities[3] as number, 4);
    look.close();
  });

  test("on one weight leaves rows that sum to 1 where that is asked for", async () => {
    const look = await open(translator());
    const one = { at: "encoder.1.attention.weights", head: 0, row: 0, column: 2, to: 0.5 } as const;
    const path = "encoder.1.attention.weights";
    const sumOf = async (renormalise: boolean): Promise<number> => {
      const { taps } = await look.run(example, { taps: [path], intervene: [{ ...one, renormalise }] });
      return numbersAt(tapOf(taps, path), 0, 0, 0).reduce((a, b) => a + b, 0);
    };
    expect(await sumOf(false)).not.toBeCloseTo(1, 2);
    expect(await sumOf(true)).toBeCloseTo(1, 5);
    look.close();
  });

  test("that changes no number is reported", async () => {
    const look = await open(translator());
    const nothing = { at: "decoder.*.cross.heads", scale: 1 } as const;
    const something = { at: "decoder.0.cross.heads", head: 0, scale: 0.5 } as const;
    const { without } = await look.run(example, { intervene: [something, nothing] });
    expect(without?.unchanged).toEqual([nothing]);
    // After what was changed before it, a tap differs; the intervention on it still changes nothing.
    const later = { at: "decoder.1.states", scale: 1 } as const;
    const after = await look.run(example, { intervene: [something, later] });
    expect(after.without?.unchanged).toEqual([later]);
    look.close();
  });

  test("in a recurrence that changes no number is reported too", async () => {
    const look = await open(recurrentTranslator("kind: gru, hidden: 16, layers: 1, dModel: 16, dropout: 0"));
    const nothing = { at: "decoder.cross.weights", row: 1, scale: 1 } as const;
    const something = { at: "decoder.cross.weights", row: 1, scale: 0.5, renormalise: false } as const;
    expect((await look.run(example, { intervene: [nothing] })).without?.unchanged).toEqual([nothing]);
    expect((await look.run(example, { intervene: [something] })).without?.unchanged).toEqual([]);
    look.close();
  });

  test("says by how much what is expected becomes likelier, token by token", async () => {
    const look = await open(translator());
    const { said, taps, without } = await look.run(example, {
      taps: ["decoder.0.cross.heads"],
      intervene: [{ at: "decoder.0.cross.heads", scale: 0 }],
    });
    const plain = await look.run(example, { taps: ["decoder.0.cross.heads"] });
    const deltas = said.logProbabilities.map(
      (value, i) => value - (plain.said.logProbabilities[i] as number),
    );
    close(without?.deltas ?? [], deltas, 6);
    expect(without?.delta).toBeCloseTo(
      deltas.reduce((sum, value) => sum + value, 0),
      5,
    );
    expect(tapOf(taps, "decoder.0.cross.heads").data.every((value) => value === 0)).toBe(true);
    close(
      tapOf(without?.taps ?? new Map(), "decoder.0.cross.heads").data,
      tapOf(plain.taps, "decoder.0.cross.heads").data,
    );
    look.close();
  });

  test("gives every row the one row that it is given", async () => {
    const look = await open(translator());
    const [to, path] = [[0.1, 0.2, 0.3, 0.4], "decoder.1.cross.weights"] as const;
    const { taps } = await look.run(example, { taps: [path], intervene: [{ at: path, head: 1, to }] });
    for (const query of [0, 1, 4]) close(numbersAt(tapOf(taps, path), 0, 1, query), to);
    look.close();
  });

  test("on logits bans a word", async () => {
    const look = await open(translator());
    const red = tokenizer.id("▁red") as number;
    const { said, without } = await look.run(example, {
      intervene: [{ at: "logits", column: red, to: -1e4 }],
    });
    expect(said.expected[0]).toBe("▁red");
    expect(said.logProbabilities[0]).toBeLessThan(-9000);
    expect(without?.said.logProbabilities[0]).toBeGreaterThan(-20);
    look.close();
  });

  test("can bring numbers from another sentence: all of the encoder's output is the other sentence", async () => {
    const look = await open(translator());
    const other = { source: "one red house", target: example.target };
    const from = await look.run(other, { taps: ["encoder.output"] });
    const { data } = tapOf(from.taps, "encoder.output");
    const patched = await look.run(example, { intervene: [{ at: "encoder.output", to: data }] });
    close(patched.said.logProbabilities, from.said.logProbabilities);
    look.close();
  });

  test.each([
    [{ at: "decoder.0.cross.weights", head: 2, to: 0 }, "has heads 0 to 1, not 2"],
    [
      { at: "decoder.0.cross.weights", row: 0, head: 0, to: [1, 0] },
      '"to" has 2 numbers, and the part has 4',
    ],
    [{ at: "encoder.0.states", head: 0, to: 0 }, "has no heads"],
    [{ at: "encoder.0.states", renormalise: true }, "only weights can be renormalised"],
    [{ at: "encoder.0.states", diagonal: true, to: 0 }, "has no diagonal"],
    [{ at: "decoder.0.cross.weighted", to: 0 }, "follows from other taps and can only be read"],
  ] as const)("that does not fit is refused: %j", async (intervention, message) => {
    const look = await open(translator());
    await expect(look.run(example, { intervene: [intervention as never] })).rejects.toThrow(message);
    look.close();
  });
});

describe.each([
  [
    "a Transformer translator",
    translator(),
    ["encoder.0.attention.weights", "encoder.input.sum", "decoder.1.cross.values"],
  ],
  [
    "a pre-norm one",
    translator("model.norm=pre"),
    ["decoder.0.attention.scores", "encoder.1.feedForward.activated"],
  ],
  [
    "an LSTM with additive attention",
    recurrentTranslator("kind: lstm, hidden: 16, layers: 1, dModel: 16, dropout: 0"),
    ["encoder.layers.0.forward.forgetGate", "decoder.stack.cells.0.cell", "decoder.cross.weights"],
  ],
  ["a Transformer language model", generator(transformer), ["layers.0.attention.weights", "input.embedding"]],
  ["a GRU language model", generator(recurrent), ["network.layers.0.cell.updateGate"]],
  ["a Transformer classifier", judge(transformer), ["encoder.0.attention.heads", "summary"]],
  ["a GRU classifier", judge(recurrent), ["network.layers.0.forward.candidate"]],
] as const)("in %s", (_, of, paths) => {
  test.each(paths)("the gradient at %s agrees with what small interventions do", async (path) => {
    const look = await open(of);
    const asked = of.task === "classify" ? { source: "two red house", target: "yes" } : example;
    const output = of.task === "translate" ? { place: 2 } : {};
    const { gradients, output: value } = await look.run(asked, { gradients: [path as never], output });
    const gradient = tapOf(gradients, path);
    expect(Number.isFinite(value)).toBe(true);
    expect(gradient.data.some((number) => number !== 0)).toBe(true);
    // The places with the largest gradients, where float32 leaves most digits.
    const places = [...gradient.data.keys()].sort(
      (a, b) => Math.abs(gradient.data[b] as number) - Math.abs(gradient.data[a] as number),
    );
    for (const place of places.slice(0, 3)) {
      const at = (step: number) => {
        const to = new Float32Array(gradient.data.length);
        to[place] = step;
        return { at: path as never, to, scale: 1 };
      };
      const outputs = await Promise.all(
        [0.003, -0.003].map(async (step) => {
          const { output: changed } = await look.run(asked, {
            gradients: [path as never],
            output,
            intervene: [at(step)],
          });
          return changed;
        }),
      );
      const slope = ((outputs[0] as number) - (outputs[1] as number)) / 0.006;
      // Outputs in float32 differ by some 1e-6, so the slope by some 1e-3.
      const expected = gradient.data[place] as number;
      expect(Math.abs(slope - expected)).toBeLessThan(0.003 + 0.02 * Math.abs(expected));
    }
    look.close();
  });
});

test("a contrastive output is the difference of two log probabilities", async () => {
  const look = await open(translator());
  const [red, two] = ["▁red", "▁two"].map((token) => tokenizer.id(token) as number) as [number, number];
  const ask = async (output: object): Promise<number> =>
    (await look.run(example, { gradients: ["encoder.0.states"], output })).output;
  const difference = await ask({ place: 0, of: red, against: two });
  expect(difference).toBeCloseTo((await ask({ place: 0, of: red })) - (await ask({ place: 0, of: two })), 5);
  await expect(ask({ place: 9 })).rejects.toThrow("there is no place 9; places are 0 to 4");
  look.close();
});

test("of a text without a label, what is said is about the label that the model gives it", async () => {
  const look = await open(judge(transformer));
  const { said, taps } = await look.run({ source: "two red house" }, { taps: ["probabilities"] });
  const probabilities = tapOf(taps, "probabilities").data;
  const best = (probabilities[0] as number) > (probabilities[1] as number) ? 0 : 1;
  expect(said.expected).toEqual([["no", "yes"][best]]);
  expect(said.expected).toEqual(said.likeliest);
  expect(Math.exp(said.logProbabilities[0] as number)).toBeCloseTo(probabilities[best] as number, 5);
  look.close();
});
