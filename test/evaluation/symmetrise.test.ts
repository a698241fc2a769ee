import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatAlignment, parseAlignment } from "../../src/evaluation/alignment.ts";
import { type Symmetrisation, symmetrisations, symmetrise } from "../../src/evaluation/symmetrise.ts";

type Case = Readonly<Record<Symmetrisation | "forward" | "backward", string>>;
const golden = join(import.meta.dirname, "../golden/symmetrisation/symmetrised.json");
const cases = JSON.parse(readFileSync(golden, "utf8")) as Case[];

const sorted = (line: string): string[] => line.split(" ").filter(Boolean).sort();

describe.each(symmetrisations)("%s", (method) => {
  test(`of ${cases.length} alignments is what fast_align's atools makes of them`, () => {
    for (const one of cases) {
      const made = symmetrise(parseAlignment(one.forward).sure, parseAlignment(one.backward).sure, method);
      expect(sorted(formatAlignment(made))).toEqual(sorted(one[method]));
    }
  });
});

test("links come in order and once", () => {
  const { sure } = parseAlignment("2-0 0-1 0-0 2-0");
  expect(formatAlignment(symmetrise(sure, sure, "union"))).toBe("0-0 0-1 2-0");
});
