/** Following a search: what is told after each step, and ending it. */
import { describe, expect, test } from "vitest";
import type { Inspected } from "../../src/inspect/looking/subject.ts";
import { openDecodingInspector } from "../../src/inspect/writing/decode-on.ts";
import type { DecodeOptions, WrittenSoFar } from "../../src/inspect/writing/decoded.ts";
import { initialise, normal } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { randomStream } from "../../src/random.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine } from "../training/tiny.ts";
import { generator, recurrent, translator } from "./evidence-models.ts";

/** Weights large enough that no token is a matter of course: searches change their minds. */
function weightsOf(of: Inspected, seed: number): ReadonlyMap<string, HostTensor> {
  const weights = initialise(build<unknown>(of.model).parameters, 3);
  for (const [name, { shape, data }] of weights)
    if (!/norm/i.test(name)) normal(0.5)(data as Float32Array, shape, randomStream(seed, name));
  return weights;
}
const open = async (of: Inspected, seed = 5) =>
  openDecodingInspector({ engine: await sharedEngine(), of, weights: weightsOf(of, seed), maxLength: 16 });
const SOURCE = "two red house";

const settings: readonly DecodeOptions[] = [
  { beam: 4, best: 3 },
  { beam: 3, alpha: 0 },
  { beam: 2, prefix: "tree" },
  { beam: 3, noRepeatNgram: 1 },
  { sample: { seed: 7, temperature: 1.5 } },
  { beam: 4, intervene: [{ at: "decoder.*.attention.weights" as never, scale: -2 }] },
];

describe.each([
  ["a Transformer", translator, settings],
  ["a GRU with attention", recurrent("attention: dot"), settings.slice(0, -1)],
  [
    "a language model",
    generator(),
    [
      { beam: 3, maxDecodingLength: 6 },
      { sample: { seed: 2 }, maxDecodingLength: 6 },
    ],
  ],
] as const)("the steps of %s", (_, of, all) => {
  test.each(all.map((one) => [one] as const))(
    "end with the answer, and what is settled stays: %j",
    async (options) => {
      for (const seed of [5, 6]) {
        const decoder = await open(of, seed);
        const steps: WrittenSoFar[] = [];
        const found = await decoder.run(SOURCE, {
          ...options,
          onStep: async (step) => {
            await Promise.resolve();
            steps.push(step);
          },
        });
        const [best] = found.hypotheses;
        const own = steps.filter(({ isWithout }) => !isWithout);
        const { settled, isWithout, ...last } = own.at(-1) as WrittenSoFar;
        expect(last).toEqual(best);
        expect([settled, isWithout]).toEqual([best?.ids.length, false]);
        expect(steps.length - own.length).toBe(found.without?.trace.length ?? 0);
        expect(own.length).toBe(found.trace.length);
        for (const step of own)
          expect(step.ids.slice(0, step.settled)).toEqual(best?.ids.slice(0, step.settled));
        // As many as there are without anyone who follows.
        const { onStep: __, ...alone } = { onStep: undefined, ...options };
        expect(await decoder.run(SOURCE, alone)).toEqual(found);
        decoder.close();
      }
    },
  );
});

test("an aborted search takes no other step, and the next one is whole", async () => {
  const decoder = await open(translator);
  const stop = new AbortController();
  let steps = 0;
  const run = decoder.run(SOURCE, {
    signal: stop.signal,
    onStep: () => {
      steps += 1;
      if (steps === 2) stop.abort(new Error("typed on"));
    },
  });
  await expect(run).rejects.toThrow("typed on");
  expect(steps).toBe(2);
  const whole = await decoder.run(SOURCE);
  expect(whole.hypotheses[0]?.ids.length).toBeGreaterThan(2);
  await expect(decoder.run("red", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  decoder.close();
});
