import type { Config } from "../config/schema.ts";
import type { Communicator } from "../distributed/communicator.ts";
import { broadcastJson, knownToAll } from "../distributed/together.ts";
import { heedError } from "../errors.ts";
import { broadcastEntries } from "../training/across-ranks.ts";
import type { ScheduleConfig } from "../training/schedule.ts";
import type { TrainingStep } from "../training/step.ts";
import type { Position, TrainerOptions } from "../training/trainer.ts";

/** What rank 0 tells the others before they read the corpus. */
export interface Briefing {
  /** As the data is read with. */
  readonly requested: Config;
  /** Fitted to the data. */
  readonly config: Config;
  /** Vocabularies and labels. */
  readonly files: Readonly<Record<string, unknown>>;
}

/** Where all ranks begin. */
export interface Plan {
  readonly from: Position;
  readonly schedule: ScheduleConfig;
}

/** Refuses what only one process can do, or only several. @throws ERR_CONFIG */
export function refuseForRanks({ training }: Config, { size }: Communicator): void {
  const refuse = (key: string, cause: string, remedy: string): never => {
    throw knownToAll(heedError("ERR_CONFIG", { where: `training.${key}`, cause, remedy }));
  };
  if (size > 1 && training.statistics > 0) {
    const cause = `one process collects them, and this job has ${size}`;
    refuse("statistics", cause, "leave it out, or train without mpirun");
  }
  if (size === 1 && training.localSteps !== undefined) {
    const cause = "has no effect in one process";
    refuse("localSteps", cause, "start several ranks with mpirun, or leave it out");
  }
}

/**
 * Decides for all ranks before each update: the time is rank 0's, and a signal that one of them got stops all of them
 * after the same update.
 */
export function agreement(
  communicator: Communicator,
  signal: AbortSignal | undefined,
): Pick<TrainerOptions, "signal" | "agree"> {
  if (communicator.size === 1) return { signal };
  const stop = new AbortController();
  const agree = async (minutes: number): Promise<number> => {
    const isLeader = communicator.rank === 0;
    const shared = Float64Array.of(isLeader ? minutes : 0, Number(signal?.aborted ?? false));
    await communicator.allReduce(shared, "max");
    if (shared[1] === 1) stop.abort(signal?.reason);
    return shared[0] as number;
  };
  return { signal: stop.signal, agree };
}

/** Rank 0 restores an earlier state and returns its step, undefined when there is none; the others receive it. */
export async function rollBackTogether(
  communicator: Communicator,
  { state, weights, moments }: TrainingStep,
  restore: () => Promise<number | undefined>,
): Promise<number | undefined> {
  const restored = communicator.rank === 0 ? await restore() : undefined;
  const step = (await broadcastJson(communicator, restored ?? null)) ?? undefined;
  if (step !== undefined) await broadcastEntries(state, [...weights, ...moments], communicator);
  return step;
}
