import { hostname } from "node:os";
import type { Communicator } from "../distributed/communicator.ts";
import { HeedError } from "../errors.ts";
import type { Io } from "./io.ts";
import { report } from "./report.ts";

/** What a command of an MPI job works with; in other processes a communicator that is alone. */
export interface Job {
  readonly communicator: Communicator;
  /** Silent on all ranks but the first. */
  readonly io: Io;
  /** Threads for this process; undefined for all that there are. */
  readonly threads: number | undefined;
}

/**
 * Runs work as one rank of an MPI job, or alone. An error of one rank ends all of them with its exit status; one that all
 * ranks have is reported by the first.
 *
 * @returns the exit status
 */
export async function asRank(io: Io, work: (job: Job) => Promise<number>): Promise<number> {
  const { openCommunicator } = await import("../distributed/open-communicator.node.ts");
  const communicator = await openCommunicator();
  if (communicator.size === 1) return work({ communicator, io, threads: undefined });
  const { gatherJson, isKnownToAll } = await import("../distributed/together.ts");
  const { threadsPerProcess } = await import("../runtime/threads.node.ts");
  const isFirst = communicator.rank === 0;
  const own: Io = isFirst
    ? io
    : { ...io, say: () => undefined, writeLine: async () => undefined, terminal: undefined };
  try {
    const host = hostname();
    const ranks = await gatherJson(communicator, { pid: process.pid, host });
    // A launcher that ends a job often names the process, not the rank.
    for (const [rank, each] of ranks.entries()) own.say(`rank ${rank}: process ${each.pid} on ${each.host}`);
    const threads = threadsPerProcess(ranks.filter((each) => each.host === host).length);
    const status = await work({ communicator, io: own, threads });
    await communicator.close();
    return status;
  } catch (error) {
    const exit = error instanceof HeedError ? error.exit : 70;
    if (!isKnownToAll(error))
      return communicator.abort(exit, error instanceof Error ? error.message : String(error));
    // Said before any rank leaves: a launcher that sees one fail may end the others at once.
    const status = isFirst ? report(error, io) : exit;
    await communicator.close();
    return status;
  }
}
