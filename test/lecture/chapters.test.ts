/** The chapters of docs/lecture/ show what their programs print. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { recipe } from "./recipe.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/lecture");
const chapters = readdirSync(folder)
  .filter((name) => /^\d\d-/.test(name))
  .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));

test("ten chapters, each with a program that exists, its output and a picture", () => {
  expect(chapters).toHaveLength(10);
  for (const { name, text } of chapters) {
    const programs = [...text.matchAll(/npx tsx (examples\/[\w/-]+\.ts)/g)].map(([, path]) => path as string);
    expect(programs.length, name).toBeGreaterThan(0);
    expect(programs.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(text, name).toMatch(/```text\n/);
    expect(text, name).toMatch(/!\[[^\]]{20,}\]\([^)]+\.svg\)/);
  }
});

/** Programs whose numbers are the same on every machine. The others train; their numbers are those of one run. */
const ARITHMETIC = ["02-word-order", "07-who-sees-whom", "09-lookup", "20-sixteen-weights", "38-positions"];

describe("lines that a chapter shows of a program", () => {
  const words = (line: string): string => line.trim().replace(/\s+/g, " ");

  test.each(ARITHMETIC)("%s prints them", async (name) => {
    const chapter = chapters.find(({ text }) => text.includes(`\nnpx tsx examples/lecture/${name}.ts\n`));
    const after = chapter?.text.split(`\nnpx tsx examples/lecture/${name}.ts\n`)[1] ?? "";
    const [, shown = ""] = /```text\n([\s\S]*?)```/.exec(after) ?? [];
    const printed = new Set((await recipe(name)).map((cells) => words(cells.join(" "))));
    const lines = shown
      .split("\n")
      .map(words)
      .filter((line) => line !== "");
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => !printed.has(line))).toEqual([]);
  });
});
