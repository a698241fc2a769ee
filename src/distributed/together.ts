import { heedError } from "../errors.ts";
import type { Communicator } from "./communicator.ts";

/** While ranks work for longer than this, they tell each other that they are alive. */
const HEARTBEAT_MS = 1000;

/**
 * Work that takes the ranks different times, as when one of them learns a vocabulary for all. Returns once all are done.
 * They hear of each other meanwhile, so that waiting is not mistaken for a rank that hangs.
 */
export async function together<T>(communicator: Communicator, work: () => Promise<T>): Promise<T> {
  if (communicator.size === 1) return work();
  let isDone = false;
  const working = work().then((result) => {
    isDone = true;
    return result;
  });
  for (;;) {
    await unlessLater(working, HEARTBEAT_MS);
    const done = Int32Array.of(Number(isDone));
    await communicator.allReduce(done, "min");
    if (done[0] === 1) return working;
  }
}

/** Resolves when the promise does, or so much later. @throws what the promise is rejected with */
function unlessLater(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    promise.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}

/** What `value` is on `root`, by default rank 0; the other ranks may pass anything. */
export async function broadcastJson<T>(communicator: Communicator, value: T, root = 0): Promise<T> {
  if (communicator.size === 1) return value;
  const isRoot = communicator.rank === root;
  const text = isRoot ? new TextEncoder().encode(JSON.stringify({ value })) : undefined;
  const length = Int32Array.of(text?.length ?? 0);
  await communicator.broadcast(length, root);
  const bytes = text ?? new Uint8Array(length[0] as number);
  await communicator.broadcast(bytes, root);
  return isRoot ? value : (parse(bytes) as T);
}

/** What every rank passed, in the order of ranks. */
export async function gatherJson<T>(communicator: Communicator, value: T): Promise<T[]> {
  if (communicator.size === 1) return [value];
  const bytes = new TextEncoder().encode(JSON.stringify({ value }));
  const longest = Int32Array.of(bytes.length);
  await communicator.allReduce(longest, "max");
  const width = longest[0] as number;
  // JSON may end with spaces.
  const padded = new Uint8Array(width).fill(0x20);
  padded.set(bytes);
  const all = await communicator.allGather(padded);
  return Array.from({ length: communicator.size }, (_, rank) =>
    parse(all.subarray(rank * width, (rank + 1) * width)),
  ) as T[];
}

const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes)).value;

/** Errors that all ranks throw at the same point. */
const known = new WeakSet<object>();

/** Marks an error that every rank throws: the job ends by itself, and one of them says why. */
export function knownToAll<E extends object>(error: E): E {
  known.add(error);
  return error;
}

export const isKnownToAll = (error: unknown): boolean =>
  typeof error === "object" && error !== null && known.has(error);

/**
 * Compares what every rank believes with rank 0.
 *
 * @param facts  By name: `version`, `configuration`.
 * @throws ERR_CONFIG on every rank, naming one that differs
 */
export async function requireAgreement(
  communicator: Communicator,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const [first = {}, ...others] = await gatherJson(communicator, facts);
  for (const [i, other] of others.entries()) {
    const names = Object.keys(first).filter((name) => first[name] !== other[name]);
    if (names.length === 0) continue;
    const shown = names.map((name) => `${name} ${other[name]} (rank 0: ${first[name]})`).join(", ");
    const cause = `differs from rank 0: ${shown}`;
    const remedy = "give every rank the same version, configuration and corpus";
    throw knownToAll(heedError("ERR_CONFIG", { where: `rank ${i + 1}`, cause, remedy }));
  }
}
