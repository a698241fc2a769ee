import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Product } from "../train-step/products.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const peers = join(root, "bench/peers/js");
const modules = join(peers, "node_modules");

/** Where each side's module and its WASM files are. */
const sides = {
  Heed: { entry: "bench/wasm-step/heed-page.ts", wasm: join(root, "node_modules/onnxruntime-web/dist") },
  "jax-js": { entry: "bench/peers/js/jax-step.js", wasm: "" },
  "TensorFlow.js": {
    entry: "bench/peers/js/tfjs-step.js",
    wasm: join(modules, "@tensorflow/tfjs-backend-wasm/dist"),
  },
} as const;

export type Side = keyof typeof sides;
export const sideNames = Object.keys(sides) as Side[];

/** A step in a page of its own. */
export interface PageStep {
  readonly version: string;
  readonly parameters: number;
  /** Runs `times` steps: milliseconds of each, and the loss of the last. */
  readonly run: (times: number) => Promise<{ times: number[]; loss: number }>;
  /** Milliseconds of one product alone among `times`, in Heed's page. */
  readonly product: (product: Product, times: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

interface Opened {
  readonly version: string;
  readonly parameters: number;
  readonly step: () => Promise<number>;
  readonly product: PageStep["product"];
}

/**
 * Chromium with pages that are cross-origin isolated, so that WASM may have threads.
 *
 * @param executable  The browser's program.
 */
export async function openPages(executable: string) {
  const esbuild = join(modules, ".bin/esbuild");
  if (!existsSync(esbuild)) throw new Error("first: npm install --prefix bench/peers/js");
  const folder = mkdtempSync(join(tmpdir(), "heed-wasm-step-"));
  for (const [i, { entry }] of Object.values(sides).entries()) {
    const options = ["--bundle", "--format=esm", "--target=es2022", `--outfile=${join(folder, `${i}.js`)}`];
    const built = spawnSync(esbuild, [entry, ...options, "--log-level=warning"], {
      cwd: root,
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(built.stderr);
  }
  const server = createServer(({ url = "/" }, response) => {
    const [, place = "", name = ""] = url.split("?", 1)[0]?.split("/") ?? [];
    const at = place === "wasm" ? Object.values(sides)[Number(name)]?.wasm : folder;
    const file = at && join(at, basename(url.split("?", 1)[0] ?? ""));
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    if (url === "/")
      return response.setHeader("Content-Type", "text/html").end("<!doctype html><title>step</title>");
    if (!file || !existsSync(file)) return response.writeHead(404).end();
    const type = file.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    return response.setHeader("Content-Type", type).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
  return {
    version: browser.version(),
    open: async (side: Side, size: object, threads: number): Promise<PageStep> => {
      const page = await browser.newPage();
      // jax-js takes as many threads as there are cores; the others are told.
      await page.addInitScript(
        `Object.defineProperty(navigator, "hardwareConcurrency", { value: ${threads} })`,
      );
      await page.goto(address);
      const i = sideNames.indexOf(side);
      const open = `import("/${i}.js").then(async ({ open }) => {
        if (!crossOriginIsolated) throw new Error("the page is not cross-origin isolated");
        const opened = await open(${JSON.stringify(size)}, { threads: ${threads}, wasm: "${address}/wasm/${i}/" });
        globalThis.opened = opened;
        return { version: opened.version, parameters: opened.parameters };
      })`;
      const said = (await page.evaluate(open)) as Pick<Opened, "version" | "parameters">;
      const run = (times: number) =>
        page.evaluate(async (count) => {
          const { opened } = globalThis as unknown as { opened: Opened };
          const times: number[] = [];
          let loss = Number.NaN;
          for (let n = 0; n < count; n++) {
            const start = performance.now();
            loss = await opened.step();
            times.push(performance.now() - start);
          }
          return { times, loss };
        }, times);
      const product: PageStep["product"] = (product, times) =>
        page.evaluate(
          ({ product, times }) =>
            (globalThis as unknown as { opened: Opened }).opened.product(product, times),
          { product, times },
        );
      return { ...said, run, product, close: () => page.close() };
    },
    close: async (): Promise<void> => {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
