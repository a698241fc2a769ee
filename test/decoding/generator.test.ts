import { describe, expect, test } from "vitest";
import { type Generator, openGenerator } from "../../src/decoding/generator.ts";
import { draw, nextTokens } from "../../src/decoding/sampling.ts";
import { input } from "../../src/ir/leaf.ts";
import { RecurrentLanguageModel, TransformerLanguageModel } from "../../src/models/language-model.ts";
import type { Decoder } from "../../src/models/seq2seq.ts";
import { initialise, normal } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { flattenLead, linear, logSoftmax, matmul } from "../../src/ops/index.ts";
import { randomStream } from "../../src/random.ts";
import { compile } from "../../src/runtime/compile.ts";
import { sharedEngine } from "../training/tiny.ts";
import { plainBeam } from "./plain-search.ts";

const CONTEXT = 8;
const VOCABULARY = 11;
const models: Record<string, Layer<Decoder>> = {
  "a Transformer": TransformerLanguageModel({
    ...{ vocabulary: VOCABULARY, layers: 2, dModel: 8, heads: 2, feedForward: 16 },
    ...{ positions: "learned", norm: "pre", tie: false, maxLength: CONTEXT },
  }),
  "an LSTM": RecurrentLanguageModel({
    ...{ cell: "lstm", vocabulary: VOCABULARY, layers: 2, embedding: 6, hidden: 8, tie: true },
  }),
  "a GRU": RecurrentLanguageModel({
    ...{ cell: "gru", vocabulary: VOCABULARY, layers: 1, embedding: 6, hidden: 8, tie: false },
  }),
};

describe.each(Object.entries(models))("%s", (_, model) => {
  const { parameters, call } = build(model);
  const weights = initialise(parameters, 3);
  // Weights large enough that no token is a matter of course.
  for (const [name, { shape, data }] of weights) {
    if (!name.includes("norm")) normal(0.7)(data as Float32Array, shape, randomStream(4, name));
  }

  async function take(count: number, prompt: number[], options: object): Promise<number[]> {
    const generator = await openGenerator({ engine: await sharedEngine(), model, weights, context: CONTEXT });
    const tokens: number[] = [];
    for await (const token of generator.generate(prompt, options)) {
      tokens.push(token);
      if (tokens.length === count) break;
    }
    generator.close();
    return tokens;
  }

  const withGenerator = async <T>(use: (generator: Generator) => Promise<T>): Promise<T> => {
    const generator = await openGenerator({ engine: await sharedEngine(), model, weights, context: CONTEXT });
    try {
      return await use(generator);
    } finally {
      generator.close();
    }
  };

  /** Log probabilities of what comes after a text, read alone from its beginning. */
  async function plainModel(): Promise<{
    next: (text: number[]) => Promise<Float32Array>;
    close: () => void;
  }> {
    const ids = input("ids", "int32", [1, "time"]);
    const all = logSoftmax(linear(flattenLead(call.decode(ids, {}).hidden), call.projection));
    const program = await compile({ engine: await sharedEngine(), constants: weights, outputs: { all } });
    const next = async (text: number[]): Promise<Float32Array> => {
      const found = await program({ ids: { shape: [1, text.length], data: Int32Array.from(text) } });
      const last = ((await found.all.read()) as Float32Array).slice(-VOCABULARY);
      found.all.dispose();
      return last;
    };
    return { next, close: program.close };
  }

  test("draws what is drawn from each text read whole, also when it has forgotten its beginning", async () => {
    const { next, close } = await plainModel();
    const uniform = randomStream(11, "generate");
    const drawn: number[] = [];
    let recent = [1, 5, 2];
    for (let i = 0; i < 3 * CONTEXT; i++) {
      const token = draw(nextTokens(await next(recent), { temperature: 1.3, topK: 6 }), uniform());
      drawn.push(token);
      recent.push(token);
      if (recent.length > CONTEXT) recent = recent.slice(-CONTEXT / 2);
    }
    close();
    expect(await take(3 * CONTEXT, [1, 5, 2], { seed: 11, temperature: 1.3, topK: 6 })).toEqual(drawn);
  });

  test("searches with a beam as a search that reads each text whole does, prompts of several lengths together", async () => {
    const { next, close } = await plainModel();
    const prompts = [[1, 5, 2], [4, 4], [7, 0, 3], [9]];
    const found = await withGenerator(({ search }) => search(prompts, { tokens: 4, beam: 3, best: 2 }));
    for (const [i, prompt] of prompts.entries()) {
      const expected = await plainBeam((text, ids) => next([...text, ...ids]), prompt, {
        beam: 3,
        alpha: 0,
        best: 2,
        limit: 4,
        end: -1,
      });
      expect(found[i]?.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
      for (const [n, { logProbability }] of expected.entries())
        expect(found[i]?.[n]?.logProbability).toBeCloseTo(logProbability, 4);
    }
    close();
  });

  test("searches on beyond its context, and a beam of 1 is the likeliest token each time", async () => {
    const tokens = 3 * CONTEXT;
    const [[one] = [], [wide] = []] = await withGenerator(async ({ search }) => [
      ...(await search([[1, 5]], { tokens, beam: 1 })),
      ...(await search([[1, 5]], { tokens, beam: 4 })),
    ]);
    expect(one?.ids).toEqual(await take(tokens, [1, 5], { temperature: 0 }));
    expect(wide?.ids).toHaveLength(tokens);
  });

  test("repeats nothing when told so, drawn or searched", async () => {
    const drawn = await take(VOCABULARY, [1], { noRepeatNgram: 1 });
    expect(new Set(drawn).size).toBe(VOCABULARY);
    const options = { tokens: 2 * CONTEXT, beam: 3, noRepeatNgram: 2 };
    const [[found] = []] = await withGenerator(({ search }) => search([[1]], options));
    const pairs = found?.ids.slice(1).map((id, i) => `${found.ids[i]} ${id}`);
    expect(new Set(pairs).size).toBe(2 * CONTEXT - 1);
  });

  test("greedily says what the whole text read at once makes likeliest", async () => {
    const ids = input("ids", "int32", [1, "time"]);
    const logits = matmul(call.decode(ids, {}).hidden, call.projection, { transposeRight: true });
    const program = await compile({ engine: await sharedEngine(), constants: weights, outputs: { logits } });
    const text = [1, 5, 2];
    for (let i = 0; i < CONTEXT - 3; i++) {
      const result = (await program({ ids: { shape: [1, text.length], data: Int32Array.from(text) } }))
        .logits;
      const last = ((await result.read()) as Float32Array).slice(-VOCABULARY);
      text.push(last.indexOf(Math.max(...last)));
      result.dispose();
    }
    program.close();
    expect(await take(CONTEXT - 3, [1, 5, 2], { temperature: 0 })).toEqual(text.slice(3));
  });

  test("gives the same text for the same seed and goes on beyond its context", async () => {
    const long = await take(5 * CONTEXT, [4], { seed: 1 });
    expect(await take(5 * CONTEXT, [4], { seed: 1 })).toEqual(long);
    expect(await take(5 * CONTEXT, [4], { seed: 2 })).not.toEqual(long);
    for (const token of long) expect(token).toBeLessThan(VOCABULARY);
  });

  test("reads of a long prompt what it has room for", async () => {
    const prompt = Array.from({ length: 30 }, (_, i) => i % VOCABULARY);
    expect(await take(3, prompt, { seed: 5 })).toEqual(await take(3, prompt.slice(-CONTEXT), { seed: 5 }));
  });

  test("refuses a prompt that is empty or has ids it does not know", async () => {
    await expect(take(1, [], {})).rejects.toThrow(/^prompt: it is empty; /);
    await expect(take(1, [1, 99], {})).rejects.toThrow(
      /^prompt: there is no token 99: the vocabulary has ids 0 to 10; /,
    );
  });
});
