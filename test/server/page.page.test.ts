/** The page to translate in, as `heed serve` serves it, in Chromium. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folder, heed } from "../cli/heed.ts";
import { absentChromium, openChromium } from "../page/chromium.ts";
import { reversed, type Served, served, smallTranslator } from "./served.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");
const files = folder();
const problems: string[] = [];
let browser: Browser;
let run: string;
let server: Served;

beforeAll(async () => {
  if (absentChromium) return;
  run = await smallTranslator(files, "en-fr");
  server = await served(run);
  browser = await openChromium();
});
afterAll(() => browser?.close());

async function opened(address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective))",
  );
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    // The browser itself reports every answer that is an error.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      problems.push(message.text());
  });
  await page.goto(`${address}/`);
  return page;
}

const isReady = (page: Page): Promise<unknown> =>
  page.waitForSelector("#target option", { state: "attached" });

async function translated(page: Page, text: string): Promise<string> {
  await page.fill("#text", text);
  await page.press("#text", "Control+Enter");
  await page.getByText("Done.").waitFor();
  return (await page.textContent("#output")) ?? "";
}

describe.skipIf(absentChromium)(`the page${skipped}`, () => {
  test("a text whose language is detected to be the one wanted is translated into another", async () => {
    const both = await served(run, await smallTranslator(files, "fr-en", reversed));
    const page = await opened(both.address);
    await isReady(page);
    expect(await page.inputValue("#target")).toBe("en");
    expect(await translated(page, "the cat eats the bread")).toBe("le chat mange le pain");
    expect(await page.inputValue("#target")).toBe("fr");
    both.child.kill("SIGKILL");
  });

  test("a text is translated by the keyboard alone, and its words show what belongs to them", async () => {
    const page = await opened(server.address);
    await isReady(page);
    expect(await translated(page, "the cat eats the bread\n\nthe dog sees the cake")).toBe(
      "le chat mange le pain\n\nle chien voit le gâteau",
    );
    expect(await page.locator("#alternatives li").count()).toBeGreaterThan(0);
    const words = page.locator("#target-words .word");
    await words.first().focus();
    await page.keyboard.press("End");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("gâteau");
    expect(await page.locator("#target-words .marked").allTextContents()).toEqual(["gâteau"]);
    await page.keyboard.press("Home");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("le");
    await words.nth(1).hover();
    expect(await page.locator("#target-words .marked").allTextContents()).toEqual(["chat"]);
    await page.close();
  });

  test("no violation by axe and no overflow, on any screen, light and dark", async () => {
    // What tests bring along is the only script that the policy would not let in.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${server.address}/`);
    await isReady(page);
    await translated(page, "the cat eats the bread");
    await page.evaluate(axe);
    for (const width of [1280, 768, 390])
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
        const found = await page.evaluate<string[]>(
          `axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
            violations.map(({ id, nodes }) => id + ": " + nodes[0].failureSummary))`,
        );
        expect(found, `${width} px, ${colorScheme}`).toEqual([]);
      }
    await context.close();
  });

  test("markup in a text stays text", async () => {
    const page = await opened(server.address);
    await isReady(page);
    const hostile =
      "the cat <img src=x onerror=document.title='broken'> <script>document.title='broken'</script>";
    await translated(page, hostile);
    expect(await page.locator("#source-words").textContent()).toBe(hostile);
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(await page.title()).toBe("Translate");
    await page.close();
  });

  test.each([
    [503, "The server is too busy; try again later"],
    [429, "Slowdown: 3 per 1 minute"],
  ])("%d is shown, and asked again after the time that it says", async (status, error) => {
    const page = await opened(server.address);
    await isReady(page);
    let times = 0;
    await page.route("**/translate", async (route) => {
      times++;
      const headers = { "retry-after": "2" };
      await (times === 1 ? route.fulfill({ status, headers, json: { error } }) : route.continue());
    });
    await page.fill("#text", "the cat eats the bread");
    await page.click("#go");
    await page.getByText(`${error} Trying again in`).waitFor();
    await page.getByText("Done.").waitFor();
    expect(times).toBe(2);
    await page.close();
  });

  test("an error is an alert, and waiting can be stopped", async () => {
    const page = await opened(server.address);
    await isReady(page);
    await page.route("**/translate", (route) =>
      route.fulfill({ status: 400, json: { error: "No such luck" } }),
    );
    await page.fill("#text", "the cat");
    await page.click("#go");
    await page.getByRole("alert").getByText("No such luck").waitFor();
    await page.route("**/translate", (route) =>
      route.fulfill({ status: 503, headers: { "retry-after": "50" }, json: { error: "Busy." } }),
    );
    await page.click("#go");
    await page.getByText("Busy. Trying again in").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Stopped.").waitFor();
    await page.close();
  });

  test("a key is asked for only where keys are on", async () => {
    const file = join(files.path, "keys.jsonl");
    const key = (await heed(["serve", "--new-key", "page", "--keys", file])).stdout.trim();
    const keyed = await served(run, "--keys", file);
    const page = await opened(keyed.address);
    await page.locator("#key").fill(key);
    await page.locator("#key").press("Tab");
    await isReady(page);
    expect(await translated(page, "the cat eats the bread")).toBe("le chat mange le pain");
    const other = await opened(server.address);
    await isReady(other);
    expect(await other.isVisible("#key")).toBe(false);
  });

  test("nothing went wrong, and nothing broke the policy", () => {
    expect(problems).toEqual([]);
  });
});
