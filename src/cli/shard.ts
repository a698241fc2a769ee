/** Which share of a large job a process does: `--shard`. */
import { heedError } from "../errors.ts";
import type { LossShare } from "../tasks/mean-loss.ts";

/** A share of a job. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** Which batches a share counts the loss of, when they are dealt out instead of lines. */
export const lossShare = ({ index, count }: Shard): LossShare => ({ rank: index - 1, size: count });

/** Where a process writes its share: the values of `shardOptions`. */
export interface ShardValues {
  readonly shard?: string | undefined;
  readonly parts?: string | undefined;
}

export const shardOption = {
  type: "string",
  value: "I/N",
  help: "do only share I of N, counted from 1; auto/N takes I from Slurm, Kubernetes or mpirun, auto both",
} as const;

/** The options of commands that divide their lines. */
export const shardOptions = {
  shard: shardOption,
  parts: {
    type: "string",
    value: "DIR",
    help: "with --shard: the folder to write part-I-of-N into, for heed merge",
  },
} as const;

/** Most shards of a job. */
const MOST = 100_000;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * How schedulers number the processes of a job, the first that is found counts: a job array may start processes by
 * mpirun. Slurm numbers as the user says, here from 1; the others from 0.
 */
const schedulers = [
  { index: "SLURM_ARRAY_TASK_ID", from: 1, count: "SLURM_ARRAY_TASK_COUNT" },
  { index: "JOB_COMPLETION_INDEX", from: 0, count: undefined },
  { index: "OMPI_COMM_WORLD_RANK", from: 0, count: "OMPI_COMM_WORLD_SIZE" },
  { index: "PMI_RANK", from: 0, count: "PMI_SIZE" },
] as const;

/**
 * Parses "3/8", "auto/8" or "auto".
 *
 * @throws ERR_USAGE for another form, a share outside 1 to N, or where no scheduler says which share it is.
 */
export function parseShard(text: string, env: Variables = process.env): Shard {
  const [, share = "", of] = /^(\d{1,9}|auto)(?:\/(\d{1,9}))?$/.exec(text) ?? [];
  if (share === "" || (share !== "auto" && of === undefined))
    throw refusal(`"${text}" is not I/N`, "write 3/8 for the third of eight shares, or auto/8");
  const shard = share === "auto" ? scheduled(of, env) : { index: Number(share), count: Number(of) };
  const { index, count } = shard;
  if (count < 1 || count > MOST) throw refusal(`${count} shares`, `choose from 1 to ${MOST}`);
  if (index >= 1 && index <= count) return shard;
  const remedy = env.SLURM_ARRAY_TASK_ID === undefined ? "" : `; a Slurm array is --array=1-${count}`;
  throw refusal(`there is no share ${index} of ${count}`, `shares are counted from 1${remedy}`);
}

function scheduled(of: string | undefined, env: Variables): Shard {
  const found = schedulers.find(({ index }) => env[index] !== undefined);
  if (!found) {
    const names = schedulers.map(({ index }) => index).join(", ");
    throw refusal("no scheduler says which share this is", `set one of ${names}, or write I/N`);
  }
  const count = of ?? (found.count === undefined ? undefined : env[found.count]);
  if (count === undefined)
    throw refusal(`${found.index} does not say of how many`, "write the number of shares: auto/N");
  const index = Number(env[found.index]) + 1 - found.from;
  return { index, count: Number(count) };
}

const refusal = (cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where: "--shard", cause, remedy });

/**
 * The share that a command is asked to do and the folder of its part; undefined without --shard.
 *
 * @throws ERR_USAGE for one option without the other, and as `parseShard` does.
 */
export function shardOf({
  shard,
  parts,
}: ShardValues): { readonly shard: Shard; readonly folder: string } | undefined {
  if (shard === undefined && parts === undefined) return undefined;
  if (shard === undefined)
    throw heedError("ERR_USAGE", {
      where: "--parts",
      cause: "applies only to --shard I/N",
      remedy: "add it",
    });
  if (parts === undefined) throw refusal("no folder for the parts", "add --parts DIR");
  return { shard: parseShard(shard), folder: parts };
}
