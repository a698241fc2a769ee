import type { MpiLibrary } from "./mpi-library.node.ts";

/** Tells which ranks do not take part in a call that has lasted too long. */
export interface RollCall {
  /** Says to all others that this rank waits in a call, by its number. */
  readonly answer: (number: number) => void;
  /** The ranks that have not said so. */
  readonly missing: (number: number) => number[];
}

/** Tags of messages are at least 15 bits wide. */
const tagOf = (number: number): number => number % 32768;
/** Larger than a status of any library. */
const STATUS_BYTES = 256;

/**
 * A rank that waits long sends every other an empty message, tagged with the number of the call. The messages are never
 * received, only looked for: this happens once, in a job that is about to end.
 */
export function rollCall(
  { functions, constants }: MpiLibrary,
  { rank, size }: { readonly rank: number; readonly size: number },
): RollCall {
  const { world, byte } = constants;
  const others = Array.from({ length: size }, (_, other) => other).filter((other) => other !== rank);
  const sent: unknown[] = [];
  return {
    answer: (number) => {
      for (const other of others) {
        const message = { content: new Uint8Array(1), request: new BigUint64Array(1) };
        sent.push(message);
        functions.MPI_Isend(message.content, 0, byte, other, tagOf(number), world, message.request);
      }
    },
    missing: (number) =>
      others.filter((other) => {
        const [flag, status] = [new Int32Array(1), new Uint8Array(STATUS_BYTES)];
        // The first look may only fetch what has arrived.
        for (let look = 0; look < 100 && !flag[0]; look++)
          functions.MPI_Iprobe(other, tagOf(number), world, flag, status);
        return !flag[0];
      }),
  };
}
