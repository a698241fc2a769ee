/** README's programs for pages, with the packed package, README's configuration of Vite and nothing else. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpacked } from "../built.ts";
import { serve } from "../page/bundle.ts";
import { absentChromium, openChromium } from "../page/chromium.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const fence = (first: string): string => {
  const found = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].find(([, code]) => code?.startsWith(first));
  if (!found) throw new Error(`README has no fence that starts with ${first}`);
  return found[1] as string;
};

let folder: string;

beforeAll(async () => {
  mkdirSync(join(root, ".house"), { recursive: true });
  folder = mkdtempSync(join(root, ".house", "page-"));
  writeFileSync(join(folder, "vite.config.ts"), fence("// vite.config.ts"));
  writeFileSync(join(folder, "worker.ts"), fence("// worker.ts"));
  const started = /new Worker\(.*\)/.exec(fence("// worker.ts"))?.[0];
  writeFileSync(join(folder, "main.ts"), `${started};\n`);
  writeFileSync(join(folder, "lines.ts"), fence('import { openTranslator } from "heed";'));
  for (const name of ["main", "lines"]) {
    const page = `<!doctype html><script type="module" src="./${name}.ts"></script>\n`;
    writeFileSync(join(folder, `${name}.html`), page);
  }
  cpSync(join(root, "studio/public/models/phrasebook"), join(folder, "public/models/en-fr"), {
    recursive: true,
  });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(unpacked, join(folder, "node_modules/heed"));
  await build({
    root: folder,
    configFile: join(folder, "vite.config.ts"),
    logLevel: "error",
    build: {
      target: "esnext",
      rolldownOptions: { input: ["main", "lines"].map((name) => join(folder, `${name}.html`)) },
    },
  });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a page says on its console, once it matches. */
async function said(path: string, pattern: RegExp): Promise<string> {
  const server = await serve(join(folder, "dist"), { isolated: true });
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    const saying = page.waitForEvent("console", {
      predicate: (message) => pattern.test(message.text()),
      timeout: 60_000,
    });
    await page.goto(`${server.url}${path}`);
    return (await saying).text();
  } finally {
    await browser.close();
    await server.close();
  }
}

describe.skipIf(absentChromium)(`README's pages (skipped: ${absentChromium ?? "no"})`, () => {
  test("the worker says what it computes with", { timeout: 120_000 }, async () => {
    expect(await said("main.html", /^(wasm|webgpu) \(/)).toContain("onnxruntime-web");
  });

  test("the three lines translate", { timeout: 120_000 }, async () => {
    expect(await said("lines.html", /voiture/)).toBe("Nous voyons la voiture verte.");
  });
});
