/** The studio as it is built, served and opened for a test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openStudioServer } from "../../src/cli/studio-server.ts";
import { studioPage } from "../built.ts";
import { openChromium } from "../page/chromium.ts";

export interface Studio {
  /** What went wrong in pages: errors, and what the content security policy refused. */
  readonly problems: readonly string[];
  /** `http://127.0.0.1:PORT/` */
  readonly address: string;
  /** Opens a view by the end of its address: `#heads?layer=1`. All pages are of one browser, with one storage. */
  readonly visit: (hash: string, width?: number) => Promise<Page>;
  /** Saves what a click downloads; the path of it. */
  readonly download: (page: Page, click: () => Promise<void>) => Promise<string>;
  readonly close: () => Promise<void>;
}

const reportPolicy =
  "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective))";

/**
 * @param runs   Runs to offer, by name.
 * @param built  The folder of the built page. Default: what vitest's setup has built.
 */
export async function openStudio(
  runs: ReadonlyMap<string, string> = new Map(),
  built = studioPage,
): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), "heed-studio-"));
  const server = await openStudioServer({ page: built, runs, port: 0 });
  const browser = await openChromium();
  const context = await browser.newContext({ acceptDownloads: true });
  await context.addInitScript(reportPolicy);
  // Two cores may have much to do.
  context.setDefaultTimeout(120_000);
  const problems: string[] = [];
  return {
    address: server.address,
    problems,
    visit: async (hash, width = 1280) => {
      const page = await context.newPage();
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${server.address}${hash}`);
      return page;
    },
    download: async (page, click) => {
      const [saved] = await Promise.all([page.waitForEvent("download"), click()]);
      const path = join(folder, saved.suggestedFilename());
      await saved.saveAs(path);
      return path;
    },
    close: async () => {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Whether a page is wider than its window. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > innerWidth");
