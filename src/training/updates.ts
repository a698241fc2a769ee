import type { Communicator } from "../distributed/communicator.ts";
import type { Wire } from "../distributed/sum.ts";
import type { StatisticsProbe } from "../inspect/training/layer-statistics.ts";
import { leafName } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Objective } from "../models/objective.ts";
import type { Model } from "../nn/layer.ts";
import { type BatchFeeds, type Feed, feedsFor, type Program, toNumber } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { requireSameWeights, sumEntries } from "./across-ranks.ts";
import type { TrainingGraphs } from "./graphs.ts";
import type { LocalSteps } from "./local-steps.ts";
import { dropoutSites, randomTables } from "./random-tables.ts";
import type { TrainingStep } from "./training-step.ts";
import { clear } from "./weights.ts";

/** What all parts of a training step need. */
export interface Setting {
  readonly engine: Engine;
  readonly session: { readonly session?: SessionOptions };
  readonly seed: number;
  readonly accumulate: number;
  readonly model: Model<unknown>;
  readonly objective: Objective;
  readonly graphs: TrainingGraphs;
  readonly state: State;
  readonly ranks: Ranks;
}

/** How the ranks of a training work together. */
export interface Ranks {
  readonly communicator: Communicator;
  readonly wire: Wire;
  readonly local: LocalSteps | undefined;
  /** Names of all weights. */
  readonly weights: readonly string[];
}

/** Updates between two comparisons of the ranks' weights. */
const COMPARED_EVERY = 100;

/** Runs one update. With `gather`, every batch goes through that program before the update. */
export function updates(
  { seed, accumulate, objective, graphs, state, ranks }: Setting,
  { update, gather }: { readonly update: Program; readonly gather: Program | undefined },
  openStatistics: () => Promise<StatisticsProbe>,
): TrainingStep["run"] {
  const sites = dropoutSites([objective.loss]);
  const { communicator, wire, local, weights } = ranks;
  const { rank, size } = communicator;
  const sums = namesOf(graphs.sums);
  return async (step, learningRate, batches, { statistics: wantsStatistics } = {}) => {
    const probe = wantsStatistics ? await openStatistics() : undefined;
    const total = { loss: 0, negativeLogLikelihood: 0, alignmentLoss: 0, linked: 0, tokens: 0 };
    let gradientNorm = 0;
    let reduction = 0;
    const count = async (results: Readonly<Record<string, Tensor>>): Promise<void> => {
      const read = await numbers(results);
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += read[name] ?? 0;
      gradientNorm = read.gradientNorm ?? 0;
    };
    const feedsOf = (batch: BatchFeeds, micro: number): Record<string, Feed> => {
      const draw = step * accumulate + micro;
      // Each rank drops other places, rank 0 those of a process alone.
      const drawn = rank === 0 ? `${draw}` : `${draw} of rank ${rank}`;
      return { ...batch, ...randomTables(sites, batch, objective.loss, seed, drawn) };
    };
    const timed = async (work: Promise<unknown>): Promise<void> => {
      const start = performance.now();
      await work;
      reduction += (performance.now() - start) / 1000;
    };
    const scalars = graphs.optimiser.feeds(step, learningRate);
    await local?.before();
    if (gather) {
      for (const [micro, batch] of batches.entries()) {
        if (!batch) continue;
        const feeds = feedsOf(batch, micro);
        await probe?.batch(feeds);
        await count(await gather(feedsFor(gather, feeds)));
      }
      // A rank without a part of the batch adds nothing, also not what an earlier batch has left.
      if (!batches.some((batch) => batch)) clear(state, graphs.sums);
      if (size > 1 && !local) await timed(sumEntries(state, sums, communicator, wire));
    }
    const feeds = gather ? {} : feedsOf(batches[0] ?? {}, 0);
    if (!gather) await probe?.batch(feeds);
    const statistics = await probe?.finish();
    // A rank that had nothing to learn from in a local update waits for the others.
    const isIdle = local !== undefined && !batches.some((batch) => batch);
    if (!isIdle) await count(await update(feedsFor(update, { ...feeds, ...scalars })));
    if (local) reduction += await local.after(step);
    if (size > 1) {
      const all = Float64Array.of(...Object.values(total), gradientNorm);
      await timed(communicator.allReduce(all, "sum"));
      Object.keys(total).forEach((name, i) => {
        total[name as keyof typeof total] = all[i] as number;
      });
      if (local) gradientNorm = (all.at(-1) as number) / size;
      const isCompared = (step === 1 || step % COMPARED_EVERY === 0) && !local;
      if (isCompared) await requireSameWeights(state, weights, communicator, step);
    }
    const { loss, negativeLogLikelihood, alignmentLoss, linked, tokens } = total;
    const result = {
      loss: loss / tokens,
      negativeLogLikelihood: negativeLogLikelihood / tokens,
      ...(objective.alignment ? { alignmentLoss: linked > 0 ? alignmentLoss / linked : 0 } : {}),
      tokens,
      gradientNorm,
      ...(size > 1 ? { reduction } : {}),
    };
    return statistics ? { ...result, statistics } : result;
  };
}

async function numbers(results: Readonly<Record<string, Tensor>>): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(results)) {
    read[name] = await toNumber(tensor);
    tensor.dispose();
  }
  return read;
}

export const namesOf = (values: Iterable<Value>): string[] =>
  Array.from(values, (value) => leafName(value) as string);
