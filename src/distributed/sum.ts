import { decodeBfloat16, encodeBfloat16 } from "./bfloat16.ts";
import type { Communicator } from "./communicator.ts";

/** How numbers travel between ranks: as they are, or rounded to 8 bits of precision in half the bytes. */
export type Wire = "float32" | "bfloat16";

/** Numbers that are rounded at a time; while they travel, the next are rounded. */
const AT_ONCE = 2 ** 20;

/**
 * Sums over all ranks in place. All ranks get the same bits.
 *
 * With "bfloat16", each rank adds up one part of the numbers in float32, from the others' rounded ones, and sends the
 * rounded sum: every number is rounded twice, and 2(n-1)/n · 2 bytes of it leave each rank instead of 2(n-1)/n · 4.
 */
export async function sumOverRanks(communicator: Communicator, a: Float32Array, wire: Wire): Promise<void> {
  if (communicator.size === 1) return;
  if (wire === "float32") return communicator.allReduce(a, "sum");
  const parts: Float32Array[] = [];
  for (let at = 0; at < a.length; at += AT_ONCE) parts.push(a.subarray(at, at + AT_ONCE));
  const gathered: Promise<void>[] = [];
  let travelling = exchange(communicator, parts[0]);
  for (const [i, part] of parts.entries()) {
    const next = exchange(communicator, parts[i + 1]);
    gathered.push(gather(communicator, part, added(await travelling, communicator.size)));
    travelling = next;
  }
  await Promise.all(gathered);
}

/** Sends each rank its part of the rounded numbers, and returns the others' of this rank's part. */
async function exchange(communicator: Communicator, a: Float32Array | undefined): Promise<Uint16Array> {
  if (!a) return new Uint16Array(0);
  const rounded = new Uint16Array(Math.ceil(a.length / communicator.size) * communicator.size);
  encodeBfloat16(a, rounded);
  return new Uint16Array((await communicator.allToAll(bytesOf(rounded))).buffer);
}

/** The sum of as many parts as there are ranks, rounded. */
function added(parts: Uint16Array, size: number): Uint16Array {
  const length = parts.length / size;
  const [total, part] = [new Float32Array(length), new Float32Array(length)];
  for (let rank = 0; rank < size; rank++) {
    decodeBfloat16(parts.subarray(rank * length, (rank + 1) * length), part);
    for (let i = 0; i < length; i++) total[i] = (total[i] as number) + (part[i] as number);
  }
  const sum = new Uint16Array(length);
  encodeBfloat16(total, sum);
  return sum;
}

async function gather(communicator: Communicator, a: Float32Array, sum: Uint16Array): Promise<void> {
  const all = new Uint16Array((await communicator.allGather(bytesOf(sum))).buffer);
  decodeBfloat16(all.subarray(0, a.length), a);
}

const bytesOf = (a: Uint16Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
