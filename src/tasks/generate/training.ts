import { languageModel } from "../../config/language-model.ts";
import type { GenerateConfig } from "../../config/schema.ts";
import { prefetch } from "../../data/prefetch.ts";
import { makeWindows, planWindows } from "../../data/windows.ts";
import { alone, type Communicator } from "../../distributed/communicator.ts";
import { shareOf } from "../../distributed/share.ts";
import { openNextTokens } from "../../inspect/training/next-tokens.ts";
import { languageModelObjective } from "../../models/objective.ts";
import { build } from "../../nn/layer.ts";
import { nextTokensSection } from "../../pictures/sections/next-tokens.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { openTrainingStep } from "../../training/step.ts";
import type { TrainingBatch } from "../../training/trainer.ts";
import { adapted, frozen } from "../adapted.ts";
import { lossOptions } from "../loss-options.ts";
import { meanLoss } from "../mean-loss.ts";
import type { Learner } from "../task.ts";
import { coverText, windowFeeds } from "./text.ts";

export interface LanguageTaskOptions {
  readonly engine: Engine;
  readonly config: Pick<GenerateConfig, "seed" | "data" | "model" | "training">;
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array;
  readonly valid: Int32Array;
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** The processes that share every batch and validation. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
}

/** Everything the trainer needs to learn to continue a text. Validation is the mean loss over the whole text. */
export async function openLanguageTask(options: LanguageTaskOptions): Promise<Learner> {
  const { engine, config, tokenizer, train, valid, weights, communicator = alone } = options;
  const { seed, training, data } = config;
  const model = adapted(languageModel(config, tokenizer.size), training);
  const step = await openTrainingStep({
    engine,
    model,
    objective: (decoder) => languageModelObjective(decoder, lossOptions(training, tokenizer)),
    optimiser: training,
    clip: training.clip,
    seed,
    accumulate: training.accumulate,
    freeze: frozen(training),
    ...(weights ? { weights } : {}),
    communicator,
    wire: training.wire,
    localSteps: training.localSteps,
  });
  const { negativeLogLikelihood, tokens } = languageModelObjective(build(model).call, 0);
  const next = await openNextTokens(engine, model, step.state);
  const loss = await compile({ engine, state: step.state, outputs: { negativeLogLikelihood, tokens } });
  const plan = (epoch: number): number[][] =>
    planWindows(train.length, {
      context: data.context,
      batchTokens: training.batchTokens,
      seed,
      epoch,
    });
  const span = Math.min(data.context, train.length - 1);

  async function* epochBatches(epoch: number, skip: number): AsyncGenerator<TrainingBatch> {
    for (const starts of plan(epoch).slice(skip)) {
      const mine = shareOf(starts, communicator);
      const feeds = mine.length > 0 ? windowFeeds(makeWindows(train, mine, span)) : undefined;
      yield { feeds, examples: starts };
    }
  }
  return {
    step,
    batches: (epoch, skip) => prefetch(epochBatches(epoch, skip), 2),
    batchesPerEpoch: plan(0).length,
    validate: async (signal) => {
      const mean = await meanLoss(loss, coverText(valid, data.context), signal, communicator);
      if (mean === undefined) return undefined;
      const expected = await next.expect(valid, data.context, tokenizer);
      return {
        loss: mean,
        scores: { perplexity: Math.exp(mean) },
        score: -mean,
        sections: () => [nextTokensSection(expected)],
      };
    },
    close: () => {
      next.close();
      loss.close();
      step.close();
    },
  };
}
