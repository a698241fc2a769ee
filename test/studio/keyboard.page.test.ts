/** The studio by keyboard alone, as somebody uses it who has no pointer. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentChromium } from "../page/chromium.ts";
import type { Studio } from "./open-studio.ts";
import { openStudioWithGru } from "./tiny-gru.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
let studio: Studio;
let page: Page;

beforeAll(async () => {
  if (absentChromium) return;
  studio = await openStudioWithGru();
  page = await studio.visit("#translate");
  await page.waitForSelector(".bipartite .word");
});
afterAll(() => studio?.close());

const is = (selector: string): Promise<boolean> =>
  page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`);

/** Whether one sees where the focus is: an outline, of the element or of the label that stands for it. */
const isSeen = (): Promise<boolean> =>
  page.evaluate(`(() => {
    const at = document.activeElement;
    const isOutlined = (element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    };
    return at === document.body || isOutlined(at) || isOutlined(at.closest("label") ?? at);
  })()`);

const named = (): Promise<string> =>
  page.evaluate("document.activeElement.outerHTML.slice(0, 120)") as Promise<string>;

/** Tabs on until the focus is on an element; wherever it is on the way, one sees it. */
async function tabTo(selector: string, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press(key);
    expect(await isSeen(), await named()).toBe(true);
    if (await is(selector)) return;
  }
  expect.unreachable(`${key} never comes to ${selector}`);
}

/** Opens a view by its tab. */
async function openTab(name: string, ready: string): Promise<void> {
  if (!(await is(".tab"))) await tabTo(".tab", "Shift+Tab");
  const at = (): Promise<unknown> => page.evaluate("document.activeElement.textContent");
  for (let i = 0; i < 20 && (await at()) !== name; i++) {
    const isBefore: boolean = await page.evaluate(
      `[...document.querySelectorAll(".tab")].findIndex((tab) => tab.textContent === ${JSON.stringify(name)}) < [...document.querySelectorAll(".tab")].indexOf(document.activeElement)`,
    );
    await page.keyboard.press(isBefore ? "Shift+Tab" : "Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForSelector(ready);
}

/** Steps along the stations, with the focus on the button for it, to the next that has something. */
async function nextUntil(selector: string): Promise<void> {
  for (let i = 0; i < 30 && (await page.locator(selector).count()) === 0; i++) {
    const at = await page.innerText("#station");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.innerText("#station")).not.toBe(at);
  }
}

describe.skipIf(absentChromium)(`the studio by keyboard${skipped}`, () => {
  test("the first stop skips to the view", async () => {
    await page.keyboard.press("Tab");
    expect(await is(".skip")).toBe(true);
    expect((await page.locator(".skip").boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press("Enter");
    expect(await is("main")).toBe(true);
  });

  test("a sentence is written, a word chosen, a weight moved, and all of it undone", async () => {
    await tabTo("textarea");
    const before = await page.innerText(".translation");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("The cat sleeps.");
    await expect.poll(() => page.innerText(".translation"), { timeout: 30_000 }).not.toBe(before);
    await tabTo(".bipartite .word");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".looked input[type=range]");
    expect(await page.getAttribute(".bipartite .word:nth-child(2)", "aria-pressed")).toBe("true");
    await tabTo(".looked input[type=range]");
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
    await page.waitForSelector(".active li");
    // Presses in quick succession are one change; on a slow machine they are several.
    await expect
      .poll(async () => {
        await page.keyboard.press("Control+Z");
        await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))");
        return page.locator(".active li").count();
      })
      .toBe(0);
    expect(await page.inputValue("textarea")).toBe("The cat sleeps.");
  });

  test("a walk along the stations, with a switch", async () => {
    await openTab("Step by step", ".matrices canvas");
    await tabTo('[aria-label="Next station"]');
    await nextUntil("fieldset.switch");
    await tabTo(".switch input");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.innerText(".likelihood"), { timeout: 30_000 }).toContain("Δ");
    await page.keyboard.press("Control+Z");
    await expect.poll(() => page.innerText(".likelihood"), { timeout: 30_000 }).not.toContain("Δ");
  });

  test("a number is followed to where it was computed, and the focus goes with it", async () => {
    await tabTo('[aria-label="Next station"]', "Shift+Tab");
    await nextUntil("button.factor");
    await tabTo("button.factor");
    const at = await page.innerText("#station");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.innerText("#station")).not.toBe(at);
    await expect.poll(() => is("body")).toBe(false);
  });

  test("a head is enlarged, and its rows are walked through", async () => {
    await openTab("Heads", ".thumbnail");
    await tabTo(".thumbnail");
    for (let i = 0; i < 2; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.innerText("#one")).toContain("head 3");
    await tabTo(".matrix");
    const row = await page.innerText(".row-name");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.innerText(".row-name")).not.toBe(row);
  });

  test("every other view is reached, with a model of its own, and back", async () => {
    await openTab("Language model", ".next-tokens li");
    await openTab("Classify", ".parts tbody tr");
    await openTab("Train", ".choice");
    await openTab("Translate", ".bipartite .word");
    expect(await page.innerText(".opened strong")).toBe("phrasebook");
  });

  test("the recurrent reader is stepped", async () => {
    await openTab("Recurrent", ".player");
    await tabTo('[aria-label="One word back"]');
    const at = await page.innerText(".player output");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.innerText(".player output")).not.toBe(at);
  });

  test("nothing holds the focus: it comes back to where it began", async () => {
    for (let i = 0; i < 200; i++) {
      await page.keyboard.press("Tab");
      if (await is(".skip")) return;
    }
    expect.unreachable(`the focus stays at ${await named()}`);
  });

  test("nothing went wrong on the way", () => {
    expect(studio.problems).toEqual([]);
  });
});
