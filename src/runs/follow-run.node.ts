import { createHash } from "node:crypto";
import { openFileReader } from "../data/corpus-reader.node.ts";
import type { Communicator } from "../distributed/communicator.ts";
import { broadcastJson, requireAgreement, together } from "../distributed/together.ts";
import type { Learner } from "../tasks/task.ts";
import { taskOf } from "../tasks/tasks.ts";
import { broadcastEntries } from "../training/across-ranks.ts";
import { train } from "../training/trainer.ts";
import { scoresOf } from "./average.node.ts";
import { openCorpusCache } from "./corpus-cache.node.ts";
import { agreement, type Briefing, type Plan, rollBackTogether } from "./ranks.ts";
import type { RunOptions } from "./run-options.ts";
import type { RunSummary } from "./summary.ts";

/**
 * Trains along with rank 0, which has the run directory: reads the corpus, and takes configuration, vocabularies, weights
 * and decisions from there. The calls to the communicator are those of `trainRun`, in its order.
 *
 * @throws ERR_CONFIG when the corpus is not rank 0's.
 */
export async function followRun(asked: RunOptions, communicator: Communicator): Promise<RunSummary> {
  const { engine, signal, directory } = asked;
  const began = performance.now();
  await together(communicator, () => Promise.resolve());
  const { requested, config, files } = await broadcastJson<Briefing>(communicator, NOTHING);
  const silent = (): void => undefined;
  const cache = asked.cache === false ? undefined : openCorpusCache(asked.cache ?? {}, silent);
  const reader = openFileReader({ signal, say: silent, cache });
  const data = await together(communicator, () => taskOf(requested).load(requested, reader));
  await requireAgreement(communicator, corporaOf(data));
  const known = {
    where: "rank 0",
    has: (name: string) => Object.hasOwn(files, name),
    json: (name: string) => files[name],
  };
  const learner = await together(communicator, async () => {
    const prepared = await data.prepare(config, silent, known, signal);
    return prepared.open(engine, undefined, communicator);
  });
  try {
    return await follow({ communicator, learner, config, directory, signal, began });
  } finally {
    learner.close();
  }
}

/** In place of what only rank 0 has. */
const NOTHING = undefined as never;

interface Following {
  readonly communicator: Communicator;
  readonly learner: Learner;
  readonly config: Briefing["config"];
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  readonly began: number;
}

async function follow(following: Following): Promise<RunSummary> {
  const { communicator, learner, config, directory } = following;
  const { step } = learner;
  const { from, schedule } = await broadcastJson<Plan>(communicator, NOTHING);
  await broadcastEntries(step.state, [...step.weights, ...step.moments], communicator);
  let loss = Number.NaN;
  const { position, reason } = await train({
    ...config.training,
    step,
    batches: learner.batches,
    validate: learner.validate,
    schedule,
    from,
    ...agreement(communicator, following.signal),
    onStep: (record) => {
      loss = record.loss;
    },
    rollBack: () => rollBackTogether(communicator, step, () => Promise.resolve(undefined)),
  });
  if (reason !== "signal" && (await broadcastJson<boolean>(communicator, NOTHING))) {
    await broadcastEntries(step.state, step.weights, communicator);
    await learner.validate(undefined);
  }
  const { step: steps, epoch: epochs, best } = position;
  const seconds = (performance.now() - following.began) / 1000;
  const valid = best ? scoresOf(best) : { loss: Number.NaN };
  return { run: directory, steps, epochs, seconds, tokensPerSecond: 0, loss, valid, reason };
}

/** The data that all ranks must have, in short. */
export const corporaOf = ({
  hash,
  validHash,
}: {
  hash: string;
  validHash: string;
}): Record<string, string> => ({
  "training data": short(hash),
  "validation data": short(validHash),
});

const short = (hash: string): string => createHash("sha256").update(hash).digest("hex").slice(0, 12);

/** What all ranks must have been asked for, in short. */
export const requestOf = ({ config }: RunOptions, version: string): Record<string, string> => ({
  version,
  configuration: short(JSON.stringify(config)),
});
