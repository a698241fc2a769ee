/** The pictures of the heads view are fast: 6 × 8 heads of 128² weights, and 512 tokens. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heedForPages } from "../../studio/heed-for-pages.ts";
import { serve } from "../page/bundle.ts";
import { absentChromium, openChromium } from "../page/chromium.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const folder = mkdtempSync(join(tmpdir(), "heed-heads-"));
let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;

beforeAll(async () => {
  if (absentChromium) return;
  await build({
    root: join(import.meta.dirname, "../../studio/test-page"),
    configFile: false,
    logLevel: "error",
    plugins: [heedForPages],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
  });
  server = await serve(folder, { isolated: false });
  browser = await openChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

async function opened(tokens: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
  await page.goto(`${server.url}?tokens=${tokens}`);
  await page.waitForFunction("'page' in globalThis");
  return page;
}

/** The ms of processor time that the page's own thread takes, whatever else the machine does. */
async function taken(page: Page, expression: string): Promise<number> {
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  const total = async (): Promise<number> => {
    const { metrics } = await client.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
  const before = await total();
  await page.evaluate(expression);
  return (await total()) - before;
}

const MOVES = 30;

describe.skipIf(absentChromium)(`pictures of heads${skipped}`, () => {
  test("6 × 8 heads of 128² weights are drawn in 200 ms", async () => {
    const page = await opened(128);
    const drawn = await taken(page, "page.draw()");
    console.info(`48 heads of 128 × 128: ${drawn.toFixed(0)} ms`);
    expect(await page.locator(".thumbnail canvas").count()).toBe(48);
    expect(drawn).toBeLessThan(200);
    await page.close();
  });

  test.each([128, 512])(
    "with %d tokens a hover is answered in 16 ms, and scrolling is smooth",
    async (tokens) => {
      const page = await opened(tokens);
      await page.evaluate("page.draw()");
      const hovered = (await taken(page, `page.hover(${MOVES})`)) / MOVES;
      const scrolled = (await taken(page, `page.scroll(${MOVES})`)) / MOVES;
      console.info(`${tokens} tokens: hover ${hovered.toFixed(1)} ms, scroll ${scrolled.toFixed(1)} ms`);
      expect(hovered).toBeLessThan(16);
      expect(scrolled).toBeLessThan(16);
      await page.close();
    },
  );
});
