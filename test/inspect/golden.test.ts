/** Every tap, its gradient, and what interventions do, as PyTorch computes them: test/golden/inspection/make.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Inspector, openInspector } from "../../src/inspect/looking/inspector.ts";
import type { Intervention } from "../../src/inspect/looking/intervention.ts";
import type { EncodedExample } from "../../src/inspect/looking/subject.ts";
import { RecurrentSeq2Seq, type RecurrentSeq2SeqConfig } from "../../src/models/recurrent-seq2seq.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { Transformer, type TransformerConfig } from "../../src/models/transformer.ts";
import type { Layer } from "../../src/nn/layer.ts";
import type { TapPattern } from "../../src/nn/match-taps.ts";
import { decodeFloats, type Encoded, largest, relativeError } from "../golden-floats.ts";
import { sharedEngine, tokenizers } from "../training/tiny.ts";

interface Golden {
  readonly config: TransformerConfig | RecurrentSeq2SeqConfig;
  readonly source: number[];
  readonly target: number[];
  readonly place: number;
  readonly against: number;
  readonly weights: Readonly<Record<string, Encoded>>;
  readonly taps: Readonly<Record<string, Encoded>>;
  readonly logProbabilities: Encoded;
  readonly output: number;
  readonly gradients: Readonly<Record<string, Encoded>>;
  readonly last: TapPattern;
  readonly interventions: readonly {
    readonly intervention: Intervention;
    readonly last: Encoded;
    readonly logProbabilities: Encoded;
    readonly delta: number;
  }[];
}

const read = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`../golden/inspection/${name}.json`, import.meta.url), "utf8")) as Golden;

const modelOf = ({ config }: Golden): Layer<Seq2Seq> =>
  "cell" in config ? RecurrentSeq2Seq(config) : Transformer(config);

async function open(golden: Golden): Promise<{ look: Inspector; example: EncodedExample }> {
  const weights = new Map(Object.entries(golden.weights).map(([path, one]) => [path, decodeFloats(one)]));
  const look = await openInspector({
    engine: await sharedEngine(),
    of: { task: "translate", model: modelOf(golden), tokenizers },
    weights,
  });
  const [source, target] = [Int32Array.from(golden.source), Int32Array.from(golden.target)];
  return { look, example: { source, target } };
}

/** float32 over several layers, from float64. */
const CLOSE = 2e-5;

describe.each(["transformer-post", "transformer-pre", "lstm-additive", "gru-scaled-dot"])("%s", (name) => {
  const golden = read(name);

  test("has PyTorch's number at every place of every tap", async () => {
    const { look, example } = await open(golden);
    expect(new Set(look.paths)).toEqual(new Set(Object.keys(golden.taps)));
    const { taps, said } = await look.run(example, { taps: ["**"] });
    for (const [path, encoded] of Object.entries(golden.taps)) {
      const expected = decodeFloats(encoded);
      const tensor = taps.get(path);
      expect(
        tensor?.axes.map(({ size }) => size),
        path,
      ).toEqual(expected.shape);
      expect(relativeError(tensor?.data as Float32Array, expected.data, 1e-3), path).toBeLessThan(CLOSE);
    }
    const { data } = decodeFloats(golden.logProbabilities);
    expect(relativeError(said.logProbabilities, data)).toBeLessThan(CLOSE);
    look.close();
  });

  test("has PyTorch's gradient at every tap", async () => {
    const { look, example } = await open(golden);
    const { place, against } = golden;
    const paths = Object.keys(golden.gradients) as TapPattern[];
    const { gradients, output } = await look.run(example, { gradients: paths, output: { place, against } });
    expect(output).toBeCloseTo(golden.output, 5);
    for (const path of paths) {
      const expected = decodeFloats(golden.gradients[path] as Encoded).data;
      const gradient = gradients.get(path)?.data as Float32Array;
      expect(relativeError(gradient, expected, 1e-3), path).toBeLessThan(5 * CLOSE);
    }
    look.close();
  });

  test.each(golden.interventions.map((one) => [JSON.stringify(one.intervention), one] as const))(
    "%s does what editing PyTorch's tensor does",
    async (_, { intervention, last, logProbabilities, delta }) => {
      const { look, example } = await open(golden);
      const { taps, said, without } = await look.run(example, {
        taps: [golden.last],
        intervene: [intervention],
      });
      expect(without?.unchanged).toEqual([]);
      const expected = decodeFloats(logProbabilities).data;
      expect(relativeError(said.logProbabilities, expected)).toBeLessThan(5 * CLOSE);
      const states = taps.get(golden.last)?.data as Float32Array;
      expect(relativeError(states, decodeFloats(last).data)).toBeLessThan(5 * CLOSE);
      expect(without?.delta).toBeCloseTo(delta, 4);
      expect(largest(without?.deltas as Float32Array)).toBeGreaterThan(1e-5);
      look.close();
    },
  );
});
