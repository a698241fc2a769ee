/** The studio is built from what everybody has: Heed's public subpaths. Its files stay small. */
import { readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { expect, test } from "vitest";
import { importsIn } from "./imports.ts";

const root = join(import.meta.dirname, "../..");
const studio = join(root, "studio");
const files = readdirSync(studio, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(tsx?|css)$/.test(name) && !name.startsWith("public"))
  .sort();
const modules = files.filter((name) => !name.endsWith(".css"));
const textOf = (name: string): string => readFileSync(join(studio, name), "utf8");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, unknown>>;
};
const entries = new Set(Object.keys(exports).map((path) => path.replace(/^\./, "heed")));

/** Files that hold nothing but English, and may be as long as it takes. */
const isWording = (name: string): boolean => name === "src/text.ts";
/** Style sheets of the two largest views; no view adds to this list. */
const LONG = new Set([
  "src/style.css",
  "src/views/steps/steps.css",
  "src/views/train/train.css",
  "src/views/translate/translate.css",
]);

test("the studio imports its own files, packages, and the public subpaths of Heed", () => {
  const wrong = modules.flatMap((name) =>
    importsIn(name, textOf(name))
      .filter(({ specifier, target }) =>
        target === undefined
          ? specifier.startsWith("heed") && !entries.has(specifier)
          : normalize(target).startsWith(".."),
      )
      .map(({ specifier }) => `${name} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test("its files have fewer than 300 lines", () => {
  const long = files
    .filter((name) => !isWording(name) && !LONG.has(name))
    .map((name) => ({ name, lines: textOf(name).split("\n").length }))
    .filter(({ lines }) => lines >= 300);
  expect(long).toEqual([]);
});
