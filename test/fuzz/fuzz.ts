/**
 * Structure-aware fuzzing of whatever is read: whatever it holds, it is read, or refused with a message of Heed's own, in time and
 * without taking the memory. `HEED_FUZZ_RUNS` sets the executions of each test, times its share, and `HEED_FUZZ_SEED` the seed; both
 * are printed, with how many were read.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";

const runs = Number(process.env.HEED_FUZZ_RUNS ?? 300);
const seed = Number(process.env.HEED_FUZZ_SEED ?? 1);
/** Far more than anything here takes, on a busy machine too. */
const LONGEST_MS = 10_000;
const MOST_MEMORY = 256 * 2 ** 20;

/** What is read; undefined when it is refused. Other errors end the test. */
export type Read = <T>(run: () => T | Promise<T>) => Promise<T | undefined>;

export interface FuzzOptions {
  /** Of the executions that are asked for: less for what is slow. Default 1. */
  readonly share?: number;
  /** Exit statuses of a refusal. Default 65 and 66. */
  readonly exits?: readonly number[];
}

/** A test that runs a property on many inputs. */
export function fuzz<T>(
  title: string,
  inputs: fc.Arbitrary<T>,
  property: (input: T, read: Read) => void | Promise<void>,
  { share = 1, exits = [65, 66] }: FuzzOptions = {},
): void {
  const numRuns = Math.ceil(runs * share);
  const timeout = 60_000 + 100 * numRuns;
  test(title, { timeout }, async () => {
    const counts = { executions: 0, read: 0, refused: 0 };
    const read: Read = async (run) => {
      const began = performance.now();
      const before = process.memoryUsage.rss();
      try {
        const found = await run();
        counts.read += 1;
        return found;
      } catch (error) {
        if (!(error instanceof HeedError)) throw error;
        counts.refused += 1;
        expect(exits, error.message).toContain(error.exit);
        expect(error.message.length).toBeLessThan(4000);
        return undefined;
      } finally {
        expect(performance.now() - began).toBeLessThan(LONGEST_MS);
        expect(process.memoryUsage.rss() - before).toBeLessThan(MOST_MEMORY);
      }
    };
    const counted = fc.asyncProperty(inputs, async (input) => {
      counts.executions += 1;
      await property(input, read);
    });
    await fc.assert(counted, { numRuns, seed });
    const { executions, read: taken, refused } = counts;
    console.info(`fuzz: ${title}: ${executions} executions, ${taken} read, ${refused} refused, seed ${seed}`);
  });
}

/** Values that sizes, ids and names are not expected to have. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, "", "a", "__proto__", [], {}, -1, 0, 0.5, 1, 2, 3, 7, 256, 2 ** 31 - 1, 2 ** 53, 1e308],
  ),
  fc.constantFrom<unknown>(
    ...[[[]], [null], [["a", "b"]], { type: "Sequence" }, { Regex: "(a+)+" }, { String: "" }, "(a+)+"],
  ),
  fc.string({ maxLength: 12 }),
  fc.integer(),
);

/** A change somewhere in a JSON value: the walk takes a child at every level, by a number that is reduced to its size. */
export interface Change {
  readonly walk: readonly number[];
  readonly value: unknown;
  readonly isRemoved: boolean;
}

export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    walk: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
    value: odd,
    isRemoved: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

/** A copy of a JSON value with changes. */
export function changed(json: unknown, all: readonly Change[]): unknown {
  const copy = structuredClone(json);
  for (const { walk, value, isRemoved } of all) {
    let at = copy as Record<string, unknown>;
    for (const [depth, step] of walk.entries()) {
      const keys = Object.keys(at);
      const key = keys[step % Math.max(1, keys.length)];
      if (key === undefined) break;
      const child = at[key];
      const isLast = depth === walk.length - 1 || typeof child !== "object" || child === null;
      if (!isLast) at = child as Record<string, unknown>;
      else if (isRemoved) delete at[key];
      else at[key] = structuredClone(value);
      if (isLast) break;
    }
  }
  // Without the holes that removal leaves in lists, which JSON cannot have.
  return JSON.parse(JSON.stringify(copy));
}

/** A change somewhere in bytes. */
export interface Damage {
  readonly kind: keyof typeof kinds;
  /** From 0 to 1. */
  readonly at: number;
  readonly byte: number;
  readonly length: number;
}

/** What becomes of the bytes from a place on. */
const kinds = {
  cut: () => [],
  flipped: (tail, { byte }) => [tail.subarray(0, 1).map((old) => old ^ byte), tail.subarray(1)],
  inserted: (tail, { byte }) => [Uint8Array.of(byte), tail],
  repeated: (tail, { length }) => [tail.subarray(0, length), tail],
  removed: (tail, { length }) => [tail.subarray(length)],
} as const satisfies Record<
  string,
  (tail: Uint8Array, how: { readonly byte: number; readonly length: number }) => readonly Uint8Array[]
>;

export const damages: fc.Arbitrary<Damage[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat(255)),
    length: fc.integer({ min: 1, max: 16 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** A copy of bytes with damages. */
export function damaged(bytes: Uint8Array, all: readonly Damage[]): Uint8Array<ArrayBuffer> {
  let left = bytes;
  for (const damage of all) {
    const at = Math.floor(damage.at * left.length);
    left = Buffer.concat([left.subarray(0, at), ...kinds[damage.kind](left.subarray(at), damage)]);
  }
  return Uint8Array.from(left);
}
