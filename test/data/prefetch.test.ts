import { describe, expect, test } from "vitest";
import { prefetch } from "../../src/data/prefetch.ts";
import { all, failure } from "./files.ts";

/** Counts from 0, and tells how far it has come and whether it was closed. */
function counter(
  end: number,
  failAt = Infinity,
): { source: AsyncGenerator<number>; made: () => number; closed: () => boolean } {
  let made = 0;
  let isClosed = false;
  async function* count(): AsyncGenerator<number> {
    try {
      while (made < end) {
        if (made === failAt) throw new Error(`no item ${made}`);
        yield made++;
      }
    } finally {
      isClosed = true;
    }
  }
  return { source: count(), made: () => made, closed: () => isClosed };
}
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe("prefetching", () => {
  test.each([0, 1, 3, 100])("keeps the items and their order, %i ahead", async (ahead) => {
    expect(await all(prefetch(counter(20).source, ahead))).toEqual([...Array(20).keys()]);
    expect(await all(prefetch(counter(0).source, ahead))).toEqual([]);
  });

  test("has the next items ready while the consumer works, and no more than those", async () => {
    const { source, made } = counter(100);
    for await (const item of prefetch(source, 3)) {
      await aMoment();
      expect(made()).toBe(Math.min(100, item + 1 + 3));
      if (item === 5) break;
    }
  });

  test("passes an error on after the items before it", async () => {
    const { source } = counter(10, 4);
    const taken: number[] = [];
    const consume = async (): Promise<void> => {
      for await (const item of prefetch(source, 3)) {
        taken.push(item);
        await aMoment();
      }
    };
    expect(await failure(consume())).toMatchObject({ message: "no item 4" });
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  test("closes the source when the consumer stops", async () => {
    const { source, closed } = counter(100);
    for await (const item of prefetch(source, 2)) if (item === 1) break;
    expect(closed()).toBe(true);
  });
});
