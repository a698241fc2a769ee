/** The guided tour through the lecture, as a person takes it. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stop, stops } from "../../studio/src/tour/stops.ts";
import { absentChromium } from "../page/chromium.ts";
import { isTooWide, openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
let studio: Studio;
let page: Page;

beforeAll(async () => {
  if (absentChromium) return;
  studio = await openStudio(new Map());
  page = await studio.visit("");
});

afterAll(() => studio?.close());

const title = (): Promise<string | null> => page.textContent(".tour h2");
const press = (name: string): Promise<void> => page.click(`.tour-buttons button:text-is("${name}")`);
const arrived = (at: RegExp): Promise<void> => expect.poll(() => page.url()).toMatch(at);

/** Whether what the stop points at is in the window, above the panel: all of it, or as much as there is room for. */
const isShown = (): Promise<boolean> =>
  page.evaluate(`(() => {
    const box = document.querySelector("[data-pointed]")?.getBoundingClientRect();
    const panel = document.querySelector(".tour").getBoundingClientRect();
    if (!box || box.height === 0) return false;
    return box.top > -8 && box.top < panel.top && (box.bottom < panel.top + 1 || box.top < 40);
  })()`);

/** The number beside a source token, for the written word that is looked at. */
const evidenceOf = async (token: string): Promise<number> =>
  Number(await page.textContent(`.looked tr:has(th:has-text("${token}")) .number`));

const focused = (selector: string): Promise<boolean> =>
  page.evaluate(`document.activeElement.matches("${selector}")`);

describe.skipIf(absentChromium)(`the guided tour${skipped}`, () => {
  test("begins with a recurrent model that comes with the page, and puts the focus on its title", async () => {
    await page.click(".start-tour");
    await arrived(/#recurrent\?model=gru-summary&.*tour=1$/);
    await page.waitForSelector(".sides .summary, .sides .written");
    expect(await focused(".tour h2")).toBe(true);
  });

  test.each(stops.map((stop, i) => [i + 1, stop.name, stop] as const))(
    "stop %i, %s, shows what it points at",
    async (number, name, stop: Stop) => {
      await page.click(`.tour-track li:nth-child(${number}) button`);
      await arrived(new RegExp(`#${stop.view.view ?? "translate"}\\b.*tour=${number}$`));
      await expect.poll(isShown, { timeout: 30_000 }).toBe(true);
      expect(await page.isVisible(".fault")).toBe(false);
      expect(await page.textContent(".tour-count")).toBe(`${number} of 12`);
      expect(name).toBe(stop.name);
      if (stop.view.station !== undefined)
        await expect
          .poll(() => page.getAttribute("[data-station][aria-current]", "data-station"))
          .not.toBe("");
    },
  );

  test("the summary loses a long sentence that attention keeps", async () => {
    await page.click(".tour-track li:nth-child(2) button");
    const written = (side: number): Promise<string | null> =>
      page.textContent(`.side:nth-child(${side}) .written`);
    await page.waitForSelector(".side:nth-child(2) .written");
    expect(await written(1)).toBe("Une princesse retournait à l'église le dimanche.");
    expect(await written(2)).toBe("Une reine va à l'hôtel le dimanche.");
  });

  test("“la” has the gender of a word that it does not read", async () => {
    await page.click(".tour-track li:nth-child(11) button");
    await expect.poll(() => evidenceOf("car"), { timeout: 20_000 }).toBeGreaterThan(1);
    await page.selectOption(".controls label:has-text('Evidence') select", "weights");
    await expect.poll(() => evidenceOf("car"), { timeout: 20_000 }).toBeLessThan(0.01);
  });

  test("what a person changes stays, until they want the stop set up again", async () => {
    await page.click(".tour-track li:nth-child(10) button");
    await page.fill(".field textarea", "I see a dog.");
    await arrived(/text=I\+see\+a\+dog\..*tour=10$/);
    expect(await title()).toBe("Decoding: keep several beginnings");
    await press("Set it up again");
    await expect.poll(() => page.inputValue(".field textarea")).toBe("We do not see the small green car.");
  });

  test("undo goes back to the stop before, and an address opens its stop", async () => {
    await page.click(".tour-track li:nth-child(7) button");
    await arrived(/tour=7$/);
    await page.waitForTimeout(800);
    await press("Next");
    await arrived(/tour=8$/);
    await page.click(".undo");
    await arrived(/tour=7$/);
    const other = await studio.visit(new URL(page.url()).hash);
    await other.waitForSelector(".tour");
    expect(await other.textContent(".tour h2")).toBe(await title());
    await other.close();
  });

  test("arrow keys in the panel go on and back, and Escape ends it where it began", async () => {
    await page.focus(".tour-next");
    await page.keyboard.press("ArrowRight");
    await arrived(/tour=8$/);
    // The stations of the walk, which has arrow keys as well, stayed where the stop put them.
    expect(await page.getAttribute("[data-station][aria-current]", "data-station")).toBe("masked");
    await page.keyboard.press("ArrowLeft");
    await arrived(/tour=7$/);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".tour", { state: "detached" });
    await expect.poll(() => page.url()).not.toContain("tour=");
    expect(await focused(".start-tour")).toBe(true);
    expect(await page.locator("[data-pointed]").count()).toBe(0);
  });

  test("on a phone it is a sheet that leaves room for what it points at", async () => {
    const phone = await studio.visit("#translate?tour=10", 390);
    await phone.waitForSelector("[data-pointed]");
    expect(await isTooWide(phone)).toBe(false);
    const share = await phone.evaluate('document.querySelector(".tour").offsetHeight / innerHeight');
    expect(share).toBeLessThan(0.51);
    await phone.click(".tour-fold");
    await phone.waitForSelector(".tour-said", { state: "hidden" });
    await phone.close();
  });

  test("nothing was complained of on the way", () => {
    expect(studio.problems).toEqual([]);
  });
});
