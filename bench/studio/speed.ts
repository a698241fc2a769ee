/**
 * The studio's speed, as a person sees it: the page as it is built and served, in Chromium.
 *
 *   npm run studio:build && npx tsx bench/studio/speed.ts [--rounds 3]
 *
 * Needs Chromium (Debian's, or CHROMIUM=…). A long task is one in which the page answers nobody; what is above 50 ms of each is
 * blocking time.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { openStudioServer } from "../../src/cli/studio-server.ts";
import { absentChromium, openChromium } from "../../test/page/chromium.ts";
import { machine, median } from "../machine.ts";
import { textOf, writeLanguageModel, writeLongTranslator } from "./random-runs.ts";
import { hoverTimes, longTasks, redrawTime, until, watchPage } from "./watch-page.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
if (absentChromium) throw new Error(absentChromium);
const built = join(import.meta.dirname, "../../dist/studio");
const folder = mkdtempSync(join(tmpdir(), "heed-bench-studio-"));
const runs = new Map(["long", "grid"].map((name) => [name, join(folder, name)]));
writeLongTranslator(join(folder, "long"));
writeLanguageModel(join(folder, "grid"));
const server = await openStudioServer({ page: built, runs, port: 0 });

/** A page in a browser that has never seen the studio. */
async function opened<T>(hash: string, use: (page: Page, scripts: Set<string>) => Promise<T>): Promise<T> {
  const browser = await openChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
  page.setDefaultTimeout(180_000);
  const scripts = new Set<string>();
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith(".js")) scripts.add(pathname);
  });
  page.on("pageerror", (error) => console.error("page:", error.message));
  await page.addInitScript(watchPage);
  await page.goto(`${server.address}${hash}`);
  const answer = await use(page, scripts);
  await browser.close();
  return answer;
}

const zipped = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name))).length, 0) / 1000;
const ms = (times: readonly number[]): string => `${median(times).toFixed(0)} ms`;
console.log(machine());

const cold: { paint: number; translated: number; read: number; scripts: readonly string[] }[] = [];
for (let round = 0; round < Number(values.rounds); round++)
  cold.push(
    await opened("#translate", async (page, scripts) => {
      await until(page, "watched.read");
      const times = await page.evaluate<{ paint: number; translated: number; read: number }>(
        "({ ...watched, paint: performance.getEntriesByName('first-contentful-paint')[0].startTime })",
      );
      return { ...times, scripts: [...scripts] };
    }),
  );
const loaded = cold[0]?.scripts ?? [];
const isWorkers = (name: string): boolean => /worker|ort\.|tokenizers|load-/.test(name);
console.log(`first paint ${ms(cold.map(({ paint }) => paint))}`);
console.log(`the bundled model has translated after ${ms(cold.map(({ translated }) => translated))}`);
console.log(`what it read is drawn after ${ms(cold.map(({ read }) => read))}`);
console.log(
  `JavaScript of the page, gzip: ${zipped(loaded.filter((name) => !isWorkers(name))).toFixed(1)} kB`,
);

/** Scrolls the page and what can be scrolled in it, as with a wheel. */
const scrollAll = async (page: Page): Promise<void> => {
  await page.mouse.move(500, 700);
  for (let i = 0; i < 20; i++) await page.mouse.wheel(i % 2 ? 300 : 0, 250);
  await page.evaluate("scrollTo(0, 0)");
};
const long = encodeURIComponent(textOf(512));
await opened(`#translate?model=long&beam=2&text=${long}`, async (page) => {
  await until(page, "watched.read");
  await page.waitForSelector(".tree");
  await scrollAll(page);
  await page.click(".bipartite .word >> nth=3");
  console.log(
    `512 tokens in Translate: opened in ${(await page.evaluate<number>("watched.read")).toFixed(0)} ms`,
  );
  console.log(`  ${await longTasks(page)}`);
  console.log(`  a word answers the pointer in ${await hoverTimes(page, ".bipartite .word", "mouseenter")}`);
  await longTasks(page);
  await page.click("nav button:has-text('Heads')");
  await page.waitForSelector(".thumbnail");
  await page.waitForTimeout(1000);
  await scrollAll(page);
  console.log(`  in Heads: ${await longTasks(page)}`);
});

await opened(`#heads?model=grid&text=${encodeURIComponent(textOf(129))}`, async (page) => {
  await page.waitForSelector(".thumbnail");
  await page.click(".thumbnail >> nth=5");
  await page.waitForTimeout(500);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push(await redrawTime(page, 48));
  console.log(`6 × 8 heads × 128 × 128 drawn in ${ms(times)}`);
  console.log(`  a row answers the pointer in ${await hoverTimes(page, ".matrix", "pointermove")}`);
});

await server.close();
rmSync(folder, { recursive: true });
