/** Translation edit rate: the paper's example, and what must hold for any two sentences. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beamMatrix } from "../../src/evaluation/beam-matrix.ts";
import { corpusTer, sentenceTer } from "../../src/evaluation/ter.ts";
import { tercomEdits } from "../../src/evaluation/tercom.ts";

test("the example of Snover et al. has one shift, two substitutions and one insertion: 4 edits of 13 words", () => {
  const reference = "SAUDI ARABIA denied THIS WEEK information published in the AMERICAN new york times";
  const hypothesis = "THIS WEEK THE SAUDIS denied information published in the new york times";
  const { edits, referenceLength, score } = sentenceTer(hypothesis, [reference]);
  expect([edits, referenceLength]).toEqual([4, 13]);
  expect(score).toBeCloseTo(400 / 13, 9);
});

test("a run of up to ten words is moved by one edit", () => {
  const words = "a b c d e f g h i j k l m n o p q r s t u v".split(" ");
  const moved = (length: number): string[] => [...words.slice(length), ...words.slice(0, length)];
  expect(tercomEdits(moved(1), words)).toBe(1);
  expect(tercomEdits(moved(10), words)).toBe(1);
});

test("counts the closest reference, over the mean length of all", () => {
  const { edits, referenceLength, score } = corpusTer(["a b c"], [["a b c d"], ["x y"]]);
  expect([edits, referenceLength]).toEqual([1, 3]);
  expect(score).toBeCloseTo(100 / 3, 9);
});

test("words without a reference are all wrong, nothing against nothing is right", () => {
  expect(corpusTer(["a b"], [[""]]).score).toBe(100);
  expect(corpusTer([""], [[""]]).score).toBe(0);
  expect(corpusTer(["a b c"], [["a"]]).score).toBe(200);
});

const sentence = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 20 });

/** The whole matrix, row by row. */
function levenshtein(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1);
  for (const [i, word] of a.entries()) {
    let [diagonal, left] = [i, i + 1];
    row = row.map((up, j) => {
      left = Math.min(diagonal + (word === b[j] ? 0 : 1), up + 1, left + 1);
      diagonal = up;
      return left;
    });
  }
  return row.at(-1) ?? a.length;
}

describe("of any two sentences", () => {
  test("edits are none if they are equal, and never more than insertions, deletions and substitutions", () => {
    fc.assert(
      fc.property(sentence, sentence, (a, b) => {
        const edits = tercomEdits(a, b);
        expect(edits).toBeLessThanOrEqual(levenshtein(a, b));
        expect(edits === 0).toBe(a.join(" ") === b.join(" "));
        expect(edits).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  test("the matrix near the diagonal has Levenshtein's distance, filled at once or from a row on", () => {
    const words = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, words, fc.nat(), (a, b, n) => {
        const [hypothesis, reference] = [Int32Array.from(a), Int32Array.from(b)];
        const expected = levenshtein(a.map(String), b.map(String));
        const whole = beamMatrix(reference, a.length);
        expect(whole.fill(hypothesis)).toBe(expected);
        const first = n % a.length;
        const changed = hypothesis.map((word, i) => (i < first ? word : (word + 1) % 5));
        const part = beamMatrix(reference, a.length);
        const other = levenshtein([...changed].map(String), b.map(String));
        expect(part.fill(changed, first, whole)).toBe(other);
        if (other > 0) expect(part.fill(changed, first, whole, other - 1)).toBeGreaterThan(other - 1);
      }),
    );
  });
});
