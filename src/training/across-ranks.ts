import type { Communicator } from "../distributed/communicator.ts";
import { sumOverRanks, type Wire } from "../distributed/sum.ts";
import type { State } from "../runtime/state.ts";

/** Numbers that share one call with others; longer entries travel alone, from where they are. */
const TOGETHER = 2 ** 18;

/**
 * Sums entries of a state over all ranks. Long ones are reduced where they are; while the first are on their way, the short
 * ones are copied into one array, which saves a call for each. Ranks must agree on names and lengths.
 */
export async function sumEntries(
  state: State,
  names: readonly string[],
  communicator: Communicator,
  wire: Wire,
): Promise<void> {
  const entries = await Promise.all(
    names.map(async (name) => ({ name, data: (await state.current(name).read()) as Float32Array })),
  );
  const long = entries.filter(({ data }) => data.length >= TOGETHER);
  const short = entries.filter(({ data }) => data.length < TOGETHER);
  const reducing = wire === "float32" ? long.map(({ data }) => communicator.allReduce(data, "sum")) : [];
  const joined = new Float32Array(short.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of short) {
    joined.set(data, at);
    at += data.length;
  }
  await Promise.all([...reducing, ...(wire === "float32" ? [communicator.allReduce(joined, "sum")] : [])]);
  if (wire !== "float32") {
    for (const { data } of long) await sumOverRanks(communicator, data, wire);
    await sumOverRanks(communicator, joined, wire);
  }
  at = 0;
  for (const { data } of short) {
    data.set(joined.subarray(at, at + data.length));
    at += data.length;
  }
  // Where the state is elsewhere, as on a GPU, what was read is a copy.
  for (const { name, data } of entries) state.adopt(name, data);
}

/** Sends entries of a state from rank 0 to all. */
export async function broadcastEntries(
  state: State,
  names: readonly string[],
  communicator: Communicator,
): Promise<void> {
  if (communicator.size === 1) return;
  for (const name of names) {
    const data = await state.current(name).read();
    await communicator.broadcast(data);
    state.adopt(name, data);
  }
}

/** Ends the job when the weights of the ranks differ. Their updates are the same, so memory or a kernel is at fault. */
export async function requireSameWeights(
  state: State,
  names: readonly string[],
  communicator: Communicator,
  step: number,
): Promise<void> {
  if (communicator.size === 1) return;
  let sum = 0x811c9dc5;
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = await state.current(name).read();
    const words = new Int32Array(buffer, byteOffset, byteLength / 4);
    for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  }
  const sums = await communicator.allGather(new Uint8Array(Int32Array.of(sum).buffer));
  const all = [...new Int32Array(sums.buffer)];
  const usual = mostFrequent(all);
  const others = all.flatMap((each, rank) => (each === usual ? [] : [`rank ${rank}`]));
  if (others.length === 0) return;
  communicator.abort(70, `after step ${step} the weights of ${others.join(", ")} differ from the others'`);
}

function mostFrequent(values: readonly number[]): number {
  const countOf = (value: number): number => values.filter((each) => each === value).length;
  return values.reduce((best, value) => (countOf(value) > countOf(best) ? value : best));
}
