/** The studio as it is built, served and opened for a test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { build } from "vite";
import { openStudioServer } from "../../src/cli/studio-server.ts";
import { openChromium } from "../page/chromium.ts";

export interface Studio {
  /** Where it is served. */
  readonly address: string;
  /** What went wrong in pages: errors, and what the content security policy refused. */
  readonly problems: readonly string[];
  /** Opens a view by the end of its address: `#heads?layer=1`. */
  readonly visit: (hash: string, width?: number) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** @param runs  Runs to offer, by name. */
export async function openStudio(runs: ReadonlyMap<string, string>): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), "heed-studio-"));
  const configFile = join(import.meta.dirname, "../../studio/vite.config.ts");
  await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  const server = await openStudioServer({ page: folder, runs, port: 0 });
  const browser = await openChromium();
  const problems: string[] = [];
  return {
    address: server.address,
    problems,
    visit: async (hash, width = 1280) => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      await page.goto(`${server.address}${hash}`);
      return page;
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
