import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alignmentErrorRate, formatAlignment, parseAlignment } from "../../src/evaluation/alignment.ts";

describe("alignment error rate", () => {
  test("follows the formula", () => {
    // |A| = 4, |S| = 3, |A∩S| = 2, |A∩P| = 3
    const gold = [parseAlignment("0-0 1-1 2-2 1p2")];
    const { sure } = parseAlignment("0-0 1-1 1-2 3-3");
    const score = alignmentErrorRate([sure], gold);
    expect(score).toEqual({ aer: 1 - 5 / 7, precision: 3 / 4, recall: 2 / 3, links: 4 });
  });

  test("sums over sentences, not over their rates, and counts a repeated link once", () => {
    const gold = [parseAlignment("0-0"), parseAlignment("0-0 1-1 2-2")];
    const predicted = [parseAlignment("0-1").sure, parseAlignment("0-0 1-1 2-2 0-0").sure];
    expect(alignmentErrorRate(predicted, gold)).toEqual({
      aer: 1 - 6 / 8,
      precision: 3 / 4,
      recall: 3 / 4,
      links: 4,
    });
  });

  test("is 0 for the sure links and for any possible ones added to them", () => {
    const gold = parseAlignment("0-0 1p1 2p2");
    expect(alignmentErrorRate([gold.sure], [gold]).aer).toBe(0);
    expect(alignmentErrorRate([[...gold.sure, ...gold.possible]], [gold]).aer).toBe(0);
    expect(alignmentErrorRate([[]], [gold])).toEqual({ aer: 1, precision: 1, recall: 0, links: 0 });
    expect(alignmentErrorRate([[]], [parseAlignment("")])).toEqual({
      aer: 0,
      precision: 1,
      recall: 1,
      links: 0,
    });
  });

  test("needs one gold alignment for each sentence", () => {
    expect(() => alignmentErrorRate([[]], [])).toThrow(
      expect.objectContaining({
        code: "ERR_DATA",
        message: "AER: 1 predicted alignments but 0 gold ones; give one alignment for each sentence",
      }),
    );
  });
});

describe("Pharaoh format", () => {
  test("reads sure and possible links", () => {
    expect(parseAlignment(" 0-1\t12p3  4-5 ")).toEqual({
      sure: [
        { source: 0, target: 1 },
        { source: 4, target: 5 },
      ],
      possible: [{ source: 12, target: 3 }],
    });
  });

  test("comes back as it was written", () => {
    const link = fc.record({ source: fc.nat(200), target: fc.nat(200) });
    const distinct = { selector: (l: { source: number; target: number }) => `${l.source}-${l.target}` };
    fc.assert(
      fc.property(fc.uniqueArray(link, distinct), fc.nat(30), (links, cut) => {
        const gold = { sure: links.slice(0, cut), possible: links.slice(cut) };
        expect(parseAlignment(formatAlignment(gold.sure, gold.possible))).toEqual(gold);
      }),
    );
  });

  test("does not write a sure link again as possible", () => {
    const link = { source: 1, target: 2 };
    expect(formatAlignment([link], [link, { source: 0, target: 0 }])).toBe("1-2 0p0");
  });

  test.each(["1", "1-", "-1-2", "a-b", "1-2-3", "1_2", "1.5-2", "1-2,3-4", "9999999999-1"])(
    "refuses %j",
    (item) => {
      expect(() => parseAlignment(`0-0 ${item}`, "gold.txt:3")).toThrow(
        expect.objectContaining({
          code: "ERR_DATA",
          message:
            `gold.txt:3: ${JSON.stringify(item)} is not a link; ` +
            "write links as i-j (sure) or ipj (possible), counting words from 0",
        }),
      );
    },
  );
});

const folder = "../shared/data/word-alignment/hansards-enfr";
describe.skipIf(!existsSync(folder))(
  "awesome-align on the Canadian Hansards (skipped: ../shared/data absent)",
  () => {
    const read = (name: string): ReturnType<typeof parseAlignment>[] =>
      readFileSync(`${folder}/${name}`, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line, at) => parseAlignment(line, `${name}:${at + 1}`));

    test("has its known AER of 4.07, precision 96.3 and recall 95.4", () => {
      const predicted = read("reference-awesome-align.txt").map(({ sure }) => sure);
      const { aer, precision, recall } = alignmentErrorRate(predicted, read("gold.txt"));
      expect((100 * aer).toFixed(2)).toBe("4.07");
      expect((100 * precision).toFixed(1)).toBe("96.3");
      expect((100 * recall).toFixed(1)).toBe("95.4");
    });
  },
);
