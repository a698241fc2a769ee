/** README's worker in a page, bundled with README's configuration of Vite and nothing else. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve, sourceOfHeed } from "../page/bundle.ts";
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
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><script type="module" src="./main.ts"></script>\n',
  );
  await build({
    root: folder,
    configFile: join(folder, "vite.config.ts"),
    logLevel: "error",
    // In place of an installed package: heed is this checkout.
    plugins: [sourceOfHeed],
    worker: { plugins: () => [sourceOfHeed] },
    build: { target: "esnext" },
  });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(absentChromium)("the worker says what it computes with", { timeout: 120_000 }, async () => {
  const server = await serve(join(folder, "dist"), { isolated: true });
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    const said = page.waitForEvent("console", {
      predicate: (message) => /^(wasm|webgpu) \(/.test(message.text()),
      timeout: 60_000,
    });
    await page.goto(server.url);
    expect((await said).text()).toContain("onnxruntime-web");
  } finally {
    await browser.close();
    await server.close();
  }
});
