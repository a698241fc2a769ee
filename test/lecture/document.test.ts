/** docs/lecture.md has a line for every row of the lecture, and names what there is. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/main.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/lecture.md"), "utf8");
const rows = text.split("\n").filter((line) => /^\| \d+ \|/.test(line));
const recipes = readdirSync(join(root, "examples/lecture")).filter((name) => /^\d\d-/.test(name));

test("all 44 rows, in order, each with what is said, where it is shown, its number and what to expect", () => {
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
  expect(cells.map(([number]) => Number(number))).toEqual(Array.from({ length: 44 }, (_, i) => i + 1));
  for (const row of cells) {
    expect(row, row[0]).toHaveLength(5);
    expect(
      row.every((cell) => cell !== ""),
      row[0],
    ).toBe(true);
  }
});

test("every file it links to exists, and every recipe is named in its own row", () => {
  const links = [...text.matchAll(/\]\((?!http|#)([^)#]+)\)/g)].map(([, path]) => path ?? "");
  expect(links.filter((path) => !existsSync(join(root, "docs", path)))).toEqual([]);
  for (const name of recipes) {
    const row = rows.find((line) => line.startsWith(`| ${Number(name.slice(0, 2))} |`));
    expect(row, name).toContain(`../examples/lecture/${name}`);
  }
});

test("every command it shows exists", () => {
  const shown = [...text.matchAll(/`heed ([a-z]+)/g)].map(([, name]) => name ?? "");
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter((name) => !(name in commands))).toEqual([]);
});

/** Rows that are arithmetic, or show the structure of a model. */
const arithmetic = ["09", "10", "11", "17", "20", "23", "24", "26", "37", "38", "39", "41", "43"];

test.each(recipes.filter((name) => name.endsWith(".ts")))("%s fits on the projector", (name) => {
  const lines = readFileSync(join(root, "examples/lecture", name), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeLessThan(arithmetic.includes(name.slice(0, 2)) ? 60 : 90);
  expect(lines.join("\n")).toContain(`npx tsx examples/lecture/${name}`);
});
