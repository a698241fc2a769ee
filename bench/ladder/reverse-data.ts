/**
 * Lists of numbers and the same backwards, as pairs:
 *
 *   npx tsx bench/ladder/reverse-data.ts DIR
 *
 * 50,000 lists of 1 to 25 numbers from 0 to 49 to train, 1,000 of 1 to 30 to validate and as many to test.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomStream } from "../../src/random.ts";

const directory = process.argv[2] ?? "reverse";
mkdirSync(directory, { recursive: true });
for (const [name, count, longest] of [
  ["train", 50_000, 25],
  ["valid", 1000, 30],
  ["test", 1000, 30],
] as const) {
  const uniform = randomStream(1, name);
  const lines = Array.from({ length: count }, () => {
    const numbers = Array.from({ length: 1 + Math.floor(longest * uniform()) }, () =>
      Math.floor(50 * uniform()),
    );
    return `${numbers.join(" ")}\t${numbers.toReversed().join(" ")}\n`;
  });
  writeFileSync(join(directory, `${name}.tsv`), lines.join(""));
}
