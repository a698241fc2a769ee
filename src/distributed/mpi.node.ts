import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { heedError } from "../errors.ts";
import type { Communicator, Reducible } from "./communicator.ts";
import type { Constant } from "./mpi-abi.ts";
import type { MpiFunction, MpiLibrary } from "./mpi-library.node.ts";
import { rollCall } from "./roll-call.node.ts";
import { WatchedCalls } from "./watched-calls.node.ts";

/** Pieces in which a long array is reduced in one machine's memory: each stays in the cache meanwhile. */
const IN_MEMORY = 4 * 2 ** 20;
/** Pieces on a network, where each costs a round trip more; MPI counts in 32 bits. */
const ON_A_NETWORK = 64 * 2 ** 20;

export interface MpiOptions {
  /** Processes that the launcher started; a library that sees others was not made for it. */
  readonly launched: number;
  readonly launcher: string;
  /** Whether all of them are on one machine. */
  readonly isLocal: boolean;
  /** How long a call may wait for the other ranks. */
  readonly seconds: number;
}

/**
 * Joins the other processes of an MPI job.
 *
 * @throws ERR_USAGE when the launcher works with another library: each process would train alone.
 */
export function joinMpi(
  library: MpiLibrary,
  { launched, launcher, isLocal, seconds }: MpiOptions,
): Communicator {
  const { functions, abi, constants } = library;
  const { world } = constants;
  const check = (name: keyof typeof functions, ...args: Parameters<MpiFunction>): void => {
    const status = functions[name](...args);
    if (status === 0) return;
    throw heedError("ERR_RUNTIME", { operation: name, problem: `failed with status ${status}` });
  };
  const level = new Int32Array(1);
  check("MPI_Init_thread", null, null, abi.multiple, level);
  const [own, all] = [new Int32Array(1), new Int32Array(1)];
  check("MPI_Comm_rank", world, own);
  check("MPI_Comm_size", world, all);
  const [rank, size] = [own[0] as number, all[0] as number];
  if (size !== launched) {
    const cause = `started ${launched} processes, but ${abi.name} (${library.path}) sees ${size}`;
    const remedy = "launch with the mpirun of that library, or name the launcher's library in HEED_MPI";
    throw heedError("ERR_USAGE", { where: launcher, cause, remedy });
  }

  let isOver = false;
  const abort = (code: number, why: string): never => {
    if (!isOver) {
      isOver = true;
      say(`heed: error: rank ${rank} of ${size}, process ${process.pid} on ${hostname()}: ${why}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, READING_MS);
      functions.MPI_Abort(world, code);
    }
    // process.exit() would wait for the call under way, which never ends.
    process.kill(process.pid, "SIGKILL");
    throw new Error(why);
  };
  // A library that allows one thread at a time cannot be asked while a call is under way.
  const roll = level[0] === abi.multiple ? rollCall(library, { rank, size }) : undefined;
  const calls = new WatchedCalls({
    seconds,
    onSlow: (_, number) => roll?.answer(number),
    onTimeout: (name, number) => {
      const missing = (roll?.missing(number) ?? []).map((other) => `rank ${other}`);
      const who = missing.length > 0 ? missing.join(", ") : "another rank";
      abort(ABORTED, `${who} did not answer in ${name.replace("MPI_", "")} within ${seconds} s`);
    },
  });
  // Otherwise MPICH takes a rank that has left for one that is done, and the others wait for it for ever.
  process.on("exit", (status) => {
    if (!isOver) abort(status || ABORTED, `ended with status ${status} while the others were at work`);
  });

  const call = (name: keyof typeof functions, args: Parameters<MpiFunction>, alive?: unknown) =>
    calls.run(name, functions[name], args, [args, alive]);
  const allReduce = async (a: Reducible, op: "sum" | "min" | "max"): Promise<void> => {
    const type = constants[typeOf(a)];
    await inPieces(a, isLocal ? IN_MEMORY : ON_A_NETWORK, (piece) =>
      call("MPI_Allreduce", [abi.inPlace, piece, piece.length, type, constants[op], world]),
    );
  };
  const { byte } = constants;
  return {
    rank,
    size,
    abort,
    allReduce,
    allReduceMean: async (a, weight) => {
      const total = Float64Array.of(weight);
      await Promise.all([allReduce(total, "sum"), allReduce(a, "sum")]);
      const totalWeight = total[0] as number;
      for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) / totalWeight;
      return { totalWeight };
    },
    broadcast: async (a, root = 0) => {
      const bytes = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
      await inPieces(bytes, ON_A_NETWORK, (piece) =>
        call("MPI_Bcast", [piece, piece.length, byte, root, world]),
      );
    },
    allGather: async (a) => {
      const gathered = new Uint8Array(a.length * size);
      await call("MPI_Allgather", [a, a.length, byte, gathered, a.length, byte, world]);
      return gathered;
    },
    allToAll: async (a) => {
      const exchanged = new Uint8Array(a.length);
      const part = a.length / size;
      await call("MPI_Alltoall", [a, part, byte, exchanged, part, byte, world]);
      return exchanged;
    },
    barrier: () => call("MPI_Barrier", [world]),
    close: async () => {
      if (isOver) return;
      await call("MPI_Barrier", [world]);
      isOver = true;
      functions.MPI_Finalize();
    },
  };
}

/** How long a launcher gets to read a rank's last line: once the job is aborted, MPICH's may drop it. */
const READING_MS = 200;

/** The exit status of a job that a rank has left, or in which one hangs. */
const ABORTED = 76;

const typeOf = (a: Reducible): Constant =>
  a instanceof Float32Array ? "float32" : a instanceof Float64Array ? "float64" : "int32";

/** Calls `each` for pieces of at most so many bytes, all at once: they queue. */
async function inPieces<A extends Reducible | Uint8Array>(
  a: A,
  bytes: number,
  each: (piece: A) => Promise<void>,
): Promise<void> {
  const length = bytes / a.BYTES_PER_ELEMENT;
  const under: Promise<void>[] = [];
  for (let at = 0; at < a.length; at += length) under.push(each(a.subarray(at, at + length) as A));
  await Promise.all(under);
}

/** Written at once: the process may be killed the next moment. */
function say(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {} // Nobody reads it.
}
