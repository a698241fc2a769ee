/** What a page loads that only runs models: README's three lines, bundled. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import { sourceOfHeed } from "./bundle.ts";

const root = join(import.meta.dirname, "../..");
mkdirSync(join(root, ".house"), { recursive: true });
const folder = mkdtempSync(join(root, ".house", "inference-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Most bytes, compressed, without ONNX Runtime. */
const MOST = 60_000;

interface Loaded {
  /** Modules of src/ and of packages that come with the page itself, before it asks for others. */
  readonly modules: readonly string[];
  readonly code: string;
  readonly bytes: number;
}

/** Bundles a program for a page, with everything but ONNX Runtime. */
async function bundled(name: string, program: string): Promise<Loaded> {
  const entry = join(folder, `${name}.ts`);
  writeFileSync(entry, program);
  const result = (await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    plugins: [sourceOfHeed],
    define: { require: "undefined" },
    build: {
      write: false,
      target: "es2022",
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry, external: /^onnxruntime-web/ },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = new Map(
    result.output.flatMap((each) => (each.type === "chunk" ? [[each.fileName, each] as const] : [])),
  );
  const first = [...chunks.values()].find(({ isEntry }) => isEntry)?.fileName ?? "";
  const names = new Set([first]);
  // A set gives out what is added to it while one goes through it.
  for (const each of names)
    for (const next of chunks.get(each)?.imports ?? []) if (chunks.has(next)) names.add(next);
  const loaded = [...names].flatMap((each) => chunks.get(each) ?? []);
  return {
    modules: loaded.flatMap(({ modules }) => Object.keys(modules)),
    code: loaded.map(({ code }) => code).join("\n"),
    bytes: loaded.reduce((sum, { code }) => sum + gzipSync(code).length, 0),
  };
}

const readme = readFileSync(join(root, "README.md"), "utf8");
const threeLines = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].find(([, code]) =>
  code?.includes('openTranslator("/'),
);

describe("a page that only runs models", () => {
  const programs = {
    "translates, in README's three lines": threeLines?.[1] ?? "",
    "translates, writes and classifies": `
      import { openClassifier, openEngine, openGenerator, openTranslator } from "heed";
      console.log(openClassifier, openEngine, openGenerator, openTranslator);`,
  } as const;

  test.each(Object.entries(programs))("and %s loads at most 60 kB, compressed", async (name, program) => {
    expect(program).toContain('from "heed"');
    const { modules, code, bytes } = await bundled(name.slice(0, 10), program);
    console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB`);
    expect(bytes).toBeLessThan(MOST);
    expect(bytes).toBeGreaterThan(20_000); // It is all there.
    const heavy =
      /src\/(training|autodiff|inspect\/training|phrasebook|pictures|evaluation\/bleu)|node_modules\/(zod|yaml|@huggingface)/;
    expect(modules.filter((module) => heavy.test(module))).toEqual([]);
    // Words of the optimisers, of gradients and of training that no minifier changes.
    for (const word of [
      "adamw",
      "momentum",
      "weightDecay",
      "cross-entropy",
      "labelSmoothing",
      "dropout.rows",
    ])
      expect(code.includes(word), word).toBe(false);
    expect(code).toContain("has neither");
  });

  test("the same words are found in one that trains", async () => {
    const training = await bundled(
      "trains",
      `import { openTrainingStep } from "heed/training"; console.log(openTrainingStep);`,
    );
    for (const word of ["adamw", "momentum", "weightDecay", "dropout.rows"])
      expect(training.code).toContain(word);
  });
});
