import { heedError } from "../errors.ts";
import { input } from "../ir/leaf.ts";
import { times } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { affine } from "../nn/affine.ts";
import { build, type Layer } from "../nn/layer.ts";
import { matchTaps } from "../nn/match-taps.ts";
import { cast, equal } from "../ops/compare.ts";
import { add, log, mul, sub } from "../ops/elementwise.ts";
import { gatherLast } from "../ops/gather.ts";
import { mean } from "../ops/reduce.ts";
import { flattenLead, reshape } from "../ops/reshape.ts";
import { logSumExp, softmax } from "../ops/softmax.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { batchesByTokens, padded } from "./packing.ts";
import { asEnsemble } from "./step-graphs.ts";

export interface ScorerOptions {
  readonly engine: Engine;
  /** One model, or several whose probabilities are averaged, with weights named as by `ensembleWeights`. */
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly padding: number;
  /** Id of <s>. */
  readonly start: number;
  /** Also return attention, at the cost of its memory. Default false. */
  readonly attention?: boolean;
  /** "int8": as in `openTranslator`. */
  readonly quantize?: "int8" | undefined;
  readonly session?: SessionOptions;
}

export interface Forced {
  /** Natural logarithm of the probability of each target token given those before it. */
  readonly logProbabilities: Float32Array;
  /** [target][source]: attention at the step of each target token, averaged over the heads of the last decoder layer. */
  readonly attention?: readonly Float32Array[];
}

/** Forced decoding: scores given translations. */
export interface Scorer {
  /** Scores pairs of ids, source and target both ending with </s>; results are in the order of the pairs. */
  score(pairs: readonly { source: ArrayLike<number>; target: ArrayLike<number> }[]): Promise<Forced[]>;
  close(): void;
}

/** Most target tokens whose logits are in memory at once, padding included. */
const TOKENS = 1024;

/** Whether a model, or one of several, attends to its source. */
export const hasAttention = (model: ScorerOptions["model"]): boolean =>
  decodeTargets(asEnsemble(model), 0).attentions.length > 0;

/** @throws ERR_USAGE when attention is requested of a model that has none. */
export async function openScorer(options: ScorerOptions): Promise<Scorer> {
  const { engine, padding, start, attention = false, weights } = options;
  const models = asEnsemble(options.model);
  const program = await compile({
    engine,
    constants: weights,
    outputs: forcedGraph(models, padding, attention),
    quantize: options.quantize,
    ...(options.session ? { session: options.session } : {}),
  });
  return {
    score: async (pairs) => {
      const results: Forced[] = new Array(pairs.length);
      const longest = (i: number): number =>
        Math.max(pairs[i]?.source.length ?? 0, pairs[i]?.target.length ?? 0);
      for (const chosen of batchesByTokens(pairs.length, longest, { sentences: TOKENS, tokens: TOKENS })) {
        const source = padded(
          chosen.map((i) => pairs[i]?.source ?? []),
          padding,
        );
        // An empty target is replaced by one padding token, whose score is dropped.
        const targets = chosen.map((i) => Array.from(pairs[i]?.target.length ? pairs[i].target : [padding]));
        const target = padded(
          targets.map((ids) => [start, ...ids.slice(0, -1)]),
          padding,
        );
        const labels = padded(targets, padding);
        const outputs: Record<string, Tensor> = await program({ source, target, labels });
        const scores = (await outputs.logProbabilities?.read()) as Float32Array;
        const weights = outputs.attention && ((await outputs.attention.read()) as Float32Array);
        const [, time = 0] = target.shape;
        const [, width = 0] = source.shape;
        chosen.forEach((i, row) => {
          const length = pairs[i]?.target.length ?? 0;
          const from = row * time;
          const words = pairs[i]?.source.length ?? 0;
          results[i] = {
            logProbabilities: scores.slice(from, from + length),
            ...(weights && {
              attention: Array.from({ length }, (_, t) => {
                const at = (from + t) * width;
                return weights.slice(at, at + words);
              }),
            }),
          };
        });
        for (const tensor of Object.values(outputs)) tensor.dispose();
      }
      return results;
    },
    close: () => program.close(),
  };
}

/** Each model's logits for a given target [sentences · target, vocabulary], and its attention if it has any. */
function decodeTargets(
  models: Layer<readonly Seq2Seq[]>,
  padding: number,
): { logits: Value[]; attentions: Value[] } {
  const source = input("source", "int32", ["sentences", "source"]);
  const target = input("target", "int32", ["sentences", "target"]);
  const mask = sub(1, cast(equal(source, padding), "float32"));
  const built = build(models);
  const attentions: Value[] = [];
  const logits = built.call.map((model) => {
    const { hidden } = model.decode(target, model.remember(model.encode(source, mask), mask));
    const last = matchTaps(built.taps, "**.cross.weights", { atLeast: 0 }).at(-1);
    if (last) attentions.push(mean(last[1], [1]));
    return affine(flattenLead(hidden), model.projection);
  });
  return { logits, attentions };
}

function forcedGraph(
  models: Layer<readonly Seq2Seq[]>,
  padding: number,
  attention: boolean,
): Record<string, Value> {
  const labels = reshape(input("labels", "int32", ["sentences", "target"]), [
    times("sentences", "target"),
    1,
  ]);
  const { logits, attentions } = decodeTargets(models, padding);
  const [only, ...others] = logits as [Value, ...Value[]];
  const picked =
    others.length === 0
      ? sub(gatherLast(only, labels), logSumExp(only))
      : log(mul(logits.map((each) => gatherLast(softmax(each), labels)).reduce(add), 1 / logits.length));
  const outputs = { logProbabilities: reshape(picked, ["sentences", "target"]) };
  if (!attention) return outputs;
  if (attentions.length === 0) {
    throw heedError("ERR_USAGE", { where: "attention", cause: "the model has none", remedy: "leave it out" });
  }
  return { ...outputs, attention: mul(attentions.reduce(add), 1 / attentions.length) };
}
