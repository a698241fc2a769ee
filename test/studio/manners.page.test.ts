/** What holds for every view: nobody is shut out, it fits any width, and nothing moves that need not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentChromium } from "../page/chromium.ts";
import { isTooWide, type Studio } from "./open-studio.ts";
import { openStudioWithGru } from "./tiny-gru.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const root = join(import.meta.dirname, "../..");
const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
let studio: Studio;

beforeAll(async () => {
  if (absentChromium) return;
  studio = await openStudioWithGru();
});
afterAll(() => studio?.close());

/** Every view with something in it, and what has to be there before it is looked at. */
const views = [
  ["translate", `place=2&off=${encodeURIComponent('["scale"]')}`, ".bars svg"],
  ["steps", "station=8", ".matrices canvas"],
  ["heads", "overlay=decoder.1.cross/2", ".row-words.second"],
  ["recurrent", "model=gru&text=the cat eats the bread&gates=true", ".side .matrix"],
  ["train", "", ".choice"],
  ["language", "", ".next-tokens li"],
  ["classify", "", ".parts tbody tr"],
] as const;

async function openView(name: string, query: string, ready: string, width = 1280): Promise<Page> {
  const page = await studio.visit(`#${name}${query && `?${query}`}`, width);
  await page.waitForSelector(ready, { timeout: 60_000 });
  return page;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

describe.skipIf(absentChromium)(`every view${skipped}`, () => {
  test.each(views)("%s: no violation by axe, no picture without files, on any screen", async (...view) => {
    const page = await openView(...view);
    await page.evaluate(axe);
    for (const summary of await page.locator("main summary").all()) await summary.click();
    for (const width of [1280, 768, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await isTooWide(page), `${width} px`).toBe(false);
      if (width === 768) continue;
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate<{ violations: Violation[] }>(
          'axe.run({ resultTypes: ["violations"] })',
        );
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes[0]?.target.join(" ")} ${nodes[0]?.failureSummary}`,
        );
        expect(found, `${width} px, ${colorScheme}`).toEqual([]);
      }
    }
    const bare: string[] = await page.evaluate(`[...document.querySelectorAll("main canvas, main svg")]
      .filter((picture) => {
        for (let at = picture; at; at = at.parentElement) if (at.querySelector(".save")) return false;
        return true;
      })
      .map((picture) => picture.outerHTML.slice(0, 100))`);
    expect(bare).toEqual([]);
    await page.close();
  });

  test("tabs are one line on a phone, and the one that is open is in sight", async () => {
    const page = await openView("classify", "", ".parts tbody tr", 390);
    const [row, tab] = [
      await page.locator(".tabs").boundingBox(),
      await page.locator(".tab[aria-current]").boundingBox(),
    ];
    expect(row?.height).toBeLessThan(48);
    expect(tab?.x).toBeGreaterThanOrEqual(0);
    expect((tab?.x ?? 0) + (tab?.width ?? 0)).toBeLessThanOrEqual(390);
    await page.close();
  });

  test("nothing moves for those who want nothing to move", async () => {
    const page = await studio.visit("#translate");
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.waitForSelector(".bipartite .word");
    const moving = await page.evaluate<string[]>(`[...document.querySelectorAll("*")]
      .filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0);
      })
      .map((element) => element.tagName + "." + element.getAttribute("class"))`);
    expect(moving).toEqual([]);
    await page.close();
  });
});

/**
 * What moves on the page without being looked for, from now on: scores of layout shifts, and what moved. Words of a
 * translation that is being written may.
 */
async function watchShifts(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`globalThis.shifts = [];
    // A word that another has replaced since is gone, but its place is known.
    const isWritten = ({ node, currentRect: { x, y } }) => {
      if (node) return node.parentElement?.closest(".translation");
      const box = document.querySelector(".translation")?.getBoundingClientRect();
      return box && x >= box.left - 1 && x <= box.right && y >= box.top - 1 && y <= box.bottom;
    };
    new PerformanceObserver((list) => {
      for (const { value, sources: all } of list.getEntries()) {
        const sources = all.filter((source) => !isWritten(source));
        if (value > 1e-4 && sources.length > 0) shifts.push(value.toFixed(4) + " " + sources.map(({ node, previousRect: a, currentRect: b }) =>
          (node?.parentElement?.className ?? "") + ">" + (node?.className ?? node?.nodeName) + " " + [a.x, a.y, b.x, b.y].map(Math.round)).join("; "));
      }
    }).observe({ type: "layout-shift" })`);
  return async () => {
    await page.waitForTimeout(500);
    return page.evaluate("shifts");
  };
}

describe.skipIf(absentChromium)(`nothing shifts${skipped}`, () => {
  test("while one points from word to word, and drags a weight", async () => {
    const page = await openView("translate", "", ".bipartite .word");
    await expect.poll(() => page.locator(".switch").count()).toBeGreaterThan(3);
    const shifts = await watchShifts(page);
    for (const word of await page.locator(".bipartite .word").all()) await word.hover();
    await page.locator(".bipartite .word").nth(2).click();
    await page.waitForSelector(".bars svg");
    await page.locator(".looked input").first().focus();
    const before = await shifts();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
    await page.waitForSelector(".effect");
    expect((await shifts()).slice(before.length)).toEqual([]);
    expect(before).toEqual([]);
    await page.close();
  });

  test("while one walks along the rows of a head", async () => {
    const page = await openView("heads", "", ".row-words");
    await expect.poll(() => page.locator(".thumbnail").count()).toBe(24);
    const shifts = await watchShifts(page);
    await page.focus(".matrix");
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
    expect(await shifts()).toEqual([]);
    await page.close();
  });

  test("while one reads on, word by word", async () => {
    const page = await openView("recurrent", "model=gru&text=the cat eats the bread", ".side .matrix");
    const shifts = await watchShifts(page);
    for (let i = 0; i < 4; i++) await page.click('[aria-label="One word back"]');
    expect(await shifts()).toEqual([]);
    await page.close();
  });

  test("while a temperature cools", async () => {
    const page = await openView("language", "", ".next-tokens li");
    const shifts = await watchShifts(page);
    await page.locator(".knobs input").first().focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowLeft");
    expect(await shifts()).toEqual([]);
    await page.close();
  });

  test("nothing went wrong on the way", () => {
    expect(studio.problems).toEqual([]);
  });
});
