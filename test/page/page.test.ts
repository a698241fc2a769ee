/** The same graphs in a real page: on WASM with threads and without, on WebGPU, and in a worker. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { relativeError } from "../golden-floats.ts";
import { expectSameOps, expectSameTraining } from "../parity/agreement.ts";
import { looks, type Seen } from "../parity/looks.ts";
import { type OpResult, opResults } from "../parity/op-results.ts";
import { type ModelName, type Updated, updates } from "../parity/updates.ts";
import { type Bundle, bundlePage, serve } from "./bundle.ts";
import { absentChromium, openChromium, openPage } from "./chromium.ts";
import type { Opened } from "./requests.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const patience = 300_000;
const native = await openEngine("cpu");
let bundle: Bundle;
let browser: Browser;
let expectedOps: readonly OpResult[];
let expectedUpdates: Readonly<Record<ModelName, Updated>>;
/** As many as there is time for where one takes a second. */
const FEW = 3;
let expectedFew: Updated;

beforeAll(async () => {
  if (absentChromium) return;
  bundle = await bundlePage();
  browser = await openChromium();
  expectedOps = await opResults(native);
  expectedUpdates = {
    transformer: await updates(native, "transformer"),
    recurrent: await updates(native, "recurrent"),
  };
  expectedFew = await updates(native, "transformer", FEW);
}, patience);

afterAll(async () => {
  await browser?.close();
  bundle?.remove();
});

/** Opens the page; asks it for something by an expression of its `page`. */
async function visit(isolated: boolean): Promise<{ page: Page; close: () => Promise<void> }> {
  const server = await serve(bundle.folder, { isolated });
  const page = await openPage(browser, server.url);
  return { page, close: () => page.close().then(server.close) };
}

const ask = <T>(page: Page, expression: string): Promise<T> => page.evaluate(`page.${expression}`);

interface Ticked {
  readonly result: Updated;
  readonly longestPause: number;
}

describe.skipIf(absentChromium)(`in a page${skipped}`, () => {
  let page: Page;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ page, close } = await visit(true));
  });
  afterAll(() => close());

  test("every entry of the package can be bundled, and heed opens the page's engine", async () => {
    const names = await ask<Record<string, string[]>>(page, "names");
    expect(Object.keys(names)).toEqual(
      expect.arrayContaining(["heed", "heed/runtime", "heed/training", "heed/tasks"]),
    );
    expect(Object.entries(names).filter(([, exported]) => exported.length === 0)).toEqual([]);
    expect(await ask(page, "isHeedsOwn")).toBe(true);
  });

  test("WASM has threads, and auto says why it is WASM", async () => {
    const { device, description, warnings } = await ask<Opened>(page, "open('auto')");
    expect({ device, warnings }).toEqual({ device: "wasm", warnings: [] });
    const pattern =
      /^wasm \(onnxruntime-web [\d.]+, (\d+) threads\): (WebGPU runs on the CPU here|no graphics card)$/;
    expect(description).toMatch(pattern);
  });

  test("WASM: taps, gradients and interventions agree with native", { timeout: patience }, async () => {
    const [here, there] = [await looks(native), await ask<Seen>(page, "looks('wasm')")];
    expect(Object.keys(there)).toEqual(Object.keys(here));
    for (const [name, numbers] of Object.entries(here)) {
      const [a, b] = [Float32Array.from(numbers), Float32Array.from(there[name] ?? [])];
      expect(relativeError(b, a, 1e-3), name).toBeLessThan(1e-4);
    }
  });

  test("WASM: every op sample and its gradient agree with native", { timeout: patience }, async () => {
    expectSameOps(await ask(page, "opResults('wasm')"), expectedOps, "wasm");
  });

  test.each<ModelName>(["transformer", "recurrent"])(
    "WASM: ten updates of a %s agree with native",
    { timeout: patience },
    async (model) =>
      expectSameTraining(await ask(page, `updates('wasm', '${model}')`), expectedUpdates[model]),
  );

  test("a worker trains to the same numbers, and the page stays live", { timeout: patience }, async () => {
    const beside = "whileTicking(() => page.inWorker('updates', 'wasm', 'transformer'))";
    const inWorker = await ask<Ticked>(page, beside);
    const onPage = await ask<Ticked>(page, "whileTicking(() => page.updates('wasm', 'transformer'))");
    expectSameTraining(inWorker.result, expectedUpdates.transformer);
    expect(inWorker.longestPause).toBeLessThan(onPage.longestPause / 3);
  });

  test("WebGPU says on what it runs", async () => {
    const { description } = await ask<Opened>(page, "open('webgpu')");
    expect(description).toMatch(/^webgpu \(onnxruntime-web [\d.]+, google swiftshader\)$/);
  });

  test("WebGPU: every op sample and its gradient agree with native", { timeout: patience }, async () => {
    expectSameOps(await ask(page, "opResults('webgpu')"), expectedOps, "webgpu");
  });

  test("WebGPU: three updates of a transformer agree with native", { timeout: patience }, async () => {
    expectSameTraining(await ask(page, `updates('webgpu', 'transformer', ${FEW})`), expectedFew);
  });

  test("a device that pages have not is refused", async () => {
    const refused = ask(page, "open('cuda')");
    await expect(refused).rejects.toThrow(
      'device: "cuda" is not available in a page; use "auto", "wasm" or "webgpu"',
    );
  });
});

describe.skipIf(absentChromium)(`in a page without cross-origin isolation${skipped}`, () => {
  test("WASM runs on one thread, says so, and agrees with native", { timeout: patience }, async () => {
    const { page, close } = await visit(false);
    const { description, warnings } = await ask<Opened>(page, "open('wasm')");
    expect(description).toMatch(/^wasm \(onnxruntime-web [\d.]+, 1 thread\)$/);
    expect(warnings).toEqual([
      "the page is not cross-origin isolated, so WASM runs on one thread, which is slower; send COOP and COEP headers",
    ]);
    expectSameTraining(await ask(page, `updates('wasm', 'transformer', ${FEW})`), expectedFew);
    await close();
  });
});
