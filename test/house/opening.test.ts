/** Whoever opens a trained model and runs it loads nothing that only training needs. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, importsOf } from "./imports.ts";

const entries = [
  "runs/open-run.node.ts",
  "decoding/translator.ts",
  "decoding/generator.ts",
  "tasks/classify/judge.ts",
  "runs/ready.node.ts",
] as const;
/** Few above what there are now, so that whoever adds some looks at what they are. */
const MOST = 200;

const imports = importsOf(join(import.meta.dirname, "../../src"));

/** Each module that is loaded with the entries, and the one that asks for it first. */
function loadedWith(names: readonly string[]): Map<string, string> {
  const askedBy = new Map(names.map((name) => [name, "the test"]));
  // A map gives out what is added to it while one goes through it.
  for (const module of askedBy.keys()) {
    for (const { from, target, isType, isDynamic } of imports) {
      if (from === module && target && !isType && !isDynamic && !askedBy.has(target))
        askedBy.set(target, module);
    }
  }
  return askedBy;
}

test("opening and running a trained model loads neither training nor derivatives", () => {
  const askedBy = loadedWith(entries);
  const wayTo = (module: string): string => {
    const by = askedBy.get(module);
    return by && askedBy.has(by) ? `${wayTo(by)} -> ${module}` : module;
  };
  const heavy = [...askedBy.keys()].filter((name) => ["training", "autodiff"].includes(folderOf(name) ?? ""));
  expect(heavy.map(wayTo)).toEqual([]);
  expect(askedBy.size).toBeLessThan(MOST);
  expect(askedBy.size).toBeGreaterThan(50); // It does go through them.
});
