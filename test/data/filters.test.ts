import { describe, expect, test } from "vitest";
import { filterPairs } from "../../src/data/filters.ts";
import { failure } from "./files.ts";

const pair = (source: string, target: string): { source: string; target: string } => ({ source, target });

describe("filters", () => {
  test("without options drop only pairs with an empty side", async () => {
    const good = [pair("a", "b"), pair("a", "b"), pair("x".repeat(10_000), "y")];
    const { pairs, report } = await filterPairs([pair("", "b"), ...good, pair("a", " \u3000\t")]);
    expect(pairs).toEqual(good);
    expect(report).toEqual({ kept: 3, dropped: { empty: 2, tooLong: 0, ratio: 0, duplicate: 0 } });
  });

  test("say how many they dropped and why, each pair once", async () => {
    const kept = [pair("a b c d", "a b c d"), pair("a", "a b"), pair("a a", "b"), pair("ä😀ä", "b")];
    const dropped = {
      empty: [pair("", "b")],
      tooLong: [pair("a b c d e", "a b c"), pair("a", "x".repeat(8))],
      ratio: [pair("a b c", "a")],
      duplicate: [pair("a", "a b"), pair("a", "a b")],
    };
    const options = { maxTokens: 4, maxChars: 7, ratio: 2, duplicates: "drop" } as const;
    const { pairs, report } = await filterPairs([...kept, ...Object.values(dropped).flat()], options);
    expect(pairs).toEqual(kept);
    expect(report).toEqual({ kept: 4, dropped: { empty: 1, tooLong: 2, ratio: 1, duplicate: 2 } });
  });

  test("count characters, not UTF-16 units", async () => {
    expect((await filterPairs([pair("ä😀ä", "b"), pair("ä😀äx", "b")], { maxChars: 3 })).pairs).toHaveLength(
      1,
    );
  });

  test("keep limits themselves: equal is not above", async () => {
    const { report } = await filterPairs([pair("a b c", "a")], { maxTokens: 3, ratio: 3 });
    expect(report.kept).toBe(1);
  });

  test("count tokens as told", async () => {
    const options = { maxTokens: 3, countTokens: (text: string) => text.length };
    expect((await filterPairs([pair("abc", "d"), pair("abcd", "e")], options)).pairs).toEqual([
      pair("abc", "d"),
    ]);
  });

  test("do not take pairs for equal whose sides are cut elsewhere", async () => {
    const given = [pair("ab", "c"), pair("a", "bc"), pair("1 a", "b"), pair("1", " ab")];
    expect((await filterPairs(given, { duplicates: "drop" })).pairs).toEqual(given);
  });

  test("tell a hundred thousand different pairs apart", async () => {
    const given = Array.from({ length: 100_000 }, (_, i) => pair(`sentence ${i}`, `Satz ${i % 317}`));
    expect((await filterPairs(given, { duplicates: "drop" })).report.kept).toBe(100_000);
  });

  test("that leave nothing are a data error with counts by reason", async () => {
    const given = [pair("", "b"), pair("a", ""), pair("a b", "c"), pair("a", "b c d e f")];
    expect(await failure(filterPairs(given, { name: "train.tsv", maxTokens: 4, ratio: 1.5 }))).toMatchObject({
      code: "ERR_DATA",
      exit: 65,
      message:
        "train.tsv: all 4 pairs were filtered out: 2 empty, 1 too long, 1 too uneven, 0 duplicate; " +
        "check the corpus or widen the limits",
    });
  });

  test("of no pairs leave no pairs", async () => {
    expect((await filterPairs([])).report.kept).toBe(0);
  });
});
