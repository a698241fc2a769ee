import { describe, expect, test } from "vitest";
import { openGenerator } from "../../src/decoding/generator.ts";
import { input } from "../../src/ir/leaf.ts";
import { RecurrentLanguageModel, TransformerLanguageModel } from "../../src/models/language-model.ts";
import type { Decoder } from "../../src/models/seq2seq.ts";
import { initialise, normal } from "../../src/nn/initialise.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { matmul } from "../../src/ops/index.ts";
import { randomStream } from "../../src/random.ts";
import { compile } from "../../src/runtime/compile.ts";
import { sharedEngine } from "../training/tiny.ts";

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
    await expect(take(1, [1, 99], {})).rejects.toThrow(/^prompt: there is no token 99 among 11; /);
  });
});
