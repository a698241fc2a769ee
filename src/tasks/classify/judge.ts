import { makeBatch, type PairExample } from "../../data/batches.ts";
import { chunks } from "../../data/chunks.ts";
import type { Classifier } from "../../models/classifier.ts";
import { textInputs } from "../../models/inputs.ts";
import { affine } from "../../nn/affine.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { softmax } from "../../ops/softmax.ts";
import { compile, feedsFor } from "../../runtime/compile.ts";
import type { Engine, SessionOptions } from "../../runtime/engine.ts";
import type { HostTensor, State } from "../../runtime/state.ts";
import { textFeeds } from "./texts.ts";

/** Texts per batch. */
export const JUDGED = 64;

/** Gives the probability of every label for each text. */
export interface Judge {
  /** Per example, the probability of every label. */
  readonly judge: (examples: readonly PairExample[], signal?: AbortSignal) => Promise<Float32Array[]>;
  readonly close: () => void;
}

export interface JudgeOptions {
  readonly engine: Engine;
  readonly model: Layer<Classifier>;
  readonly padding: number;
  /** Weights of a model in training… */
  readonly state?: State;
  /** …or frozen ones. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  readonly session?: SessionOptions;
}

export async function openJudge({ engine, model, padding, ...rest }: JudgeOptions): Promise<Judge> {
  const { text, mask } = textInputs();
  const { call } = build(model);
  const probabilities = softmax(affine(call.summarise(text, mask), call.projection));
  const program = await compile({ engine, ...rest, outputs: { probabilities } });
  const special = { pad: padding, bos: padding };
  return {
    judge: async (examples, signal) => {
      const results = new Array<Float32Array>(examples.length);
      const byLength = [...examples.keys()].sort((a, b) => lengthOf(examples[a]) - lengthOf(examples[b]));
      for (const chunk of chunks(byLength, JUDGED)) {
        if (signal?.aborted) break;
        const outputs = await program(feedsFor(program, textFeeds(makeBatch(examples, chunk, special))));
        const all = (await outputs.probabilities.read()) as Float32Array;
        const labels = all.length / chunk.length;
        chunk.forEach((i, row) => {
          results[i] = all.slice(row * labels, (row + 1) * labels);
        });
        outputs.probabilities.dispose();
      }
      return results;
    },
    close: () => program.close(),
  };
}

const lengthOf = (example: PairExample | undefined): number => example?.source.length ?? 0;

/** The index of the largest probability. */
export function likeliest(probabilities: Float32Array): number {
  return probabilities.reduce((best, p, i) => (p > (probabilities[best] as number) ? i : best), 0);
}
