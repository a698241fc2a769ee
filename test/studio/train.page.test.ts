/** Training in the studio's page, as a person does it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTranslator } from "../../src/decoding/translator.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { absentChromium } from "../page/chromium.ts";
import { openStudio, type Studio } from "./open-studio.ts";
import { unzip } from "./unzip.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const folder = mkdtempSync(join(tmpdir(), "heed-train-"));
let studio: Studio;
let page: Page;

/** Two numbers, in the other order. */
const [english, french] = [
  "one two three four five six seven eight nine ten".split(" "),
  "un deux trois quatre cinq six sept huit neuf dix".split(" "),
];
const pairs = english
  .flatMap((a, i) => english.map((b, j) => `${a} ${b}\t${french[j]} ${french[i]}`))
  .join("\n");

beforeAll(async () => {
  if (absentChromium) return;
  studio = await openStudio();
  page = await visit();
});

afterAll(async () => {
  await studio?.close();
  rmSync(folder, { recursive: true });
});

async function visit(): Promise<Page> {
  const visited = await studio.visit("#train");
  await visited.waitForSelector(".choice");
  return visited;
}

/** The number below a name: update, loss, … */
async function figure(name: string): Promise<number> {
  const text = await page.textContent(`.figures div:has(dt:text-is("${name}")) strong`);
  return Number(text?.replace(/,/g, ""));
}

const press = (name: string): Promise<void> => page.click(`button:text-is("${name}")`);
const phase = (name: string): Promise<unknown> => page.waitForSelector(`#progress:text-is("${name}")`);
const updates = (least: number): Promise<void> =>
  expect.poll(() => figure("Update")).toBeGreaterThanOrEqual(least);

async function start(chosen: Page): Promise<void> {
  await chosen.check("text=Your own pairs");
  await chosen.fill(".pairs textarea", pairs);
  await chosen.selectOption(".choice select", "tiny");
  await chosen.fill(".choice input[type=number]", "4000");
  await chosen.fill(".wide input", "six seven");
  await chosen.click("text=Start training");
}

describe.skipIf(absentChromium)(`training in the page${skipped}`, () => {
  test("the loss falls, and sentences are watched", async () => {
    await start(page);
    // What is chosen is in the address; what was pasted is not.
    await expect.poll(() => page.url()).toMatch(/corpus=pairs&size=tiny&updates=4000&watched=six\+seven$/);
    await updates(2);
    const first = await figure("Loss");
    await updates(60);
    await expect.poll(() => figure("Loss")).toBeLessThan(0.8 * first);
    await expect.poll(() => figure("Speed")).toBeGreaterThan(0);
    await expect
      .poll(() => page.textContent(".progress .note"))
      .toMatch(/Transformer, tiny · [\d,]+ parameters.*wasm/);
    await expect.poll(() => page.locator(".sentence").count()).toBe(5);
    await expect.poll(() => page.locator(".heads .thumbnail").count()).toBe(9);
  });

  test("another tab can only look meanwhile", async () => {
    const other = await visit();
    await other.waitForSelector(".elsewhere");
    await expect.poll(() => other.isDisabled("text=Start training")).toBe(true);
    // What the first tab keeps is its own to forget.
    for (const button of await other.locator(".kept button").all())
      await expect.poll(() => button.isDisabled()).toBe(true);
    await other.close();
  });

  test("it pauses, can be gone back over, and goes on", async () => {
    await press("Pause");
    await phase("Paused");
    const step = await figure("Update");
    await page.waitForTimeout(1000);
    await expect.poll(() => figure("Update")).toBe(step);
    await expect.poll(() => page.textContent(".scrubber output")).toBe(`after ${step} updates`);
    await page.fill(".scrubber input", "0");
    await expect.poll(() => page.textContent(".scrubber output")).toBe("before the first update");
    await press("Go on");
    await updates(step + 5);
  });

  test("after a reload it goes on from what the browser has kept", async () => {
    await page.reload();
    const kept = await page.textContent(".kept .note");
    const step = Number(/([\d,]+) of 4,000 updates/.exec(kept ?? "")?.[1]?.replace(",", ""));
    expect(step).toBeGreaterThan(60);
    await press("Go on with it");
    await updates(step + 5);
    await press("Pause");
    await phase("Paused");
    const [, slope = ""] = (await page.getAttribute(".curve .raw", "d"))?.match(/^M([\d.]+),/) ?? [];
    // The curve begins with the first update, not with the first after the reload.
    expect(Number(slope)).toBeLessThan(50);
  });

  test("the downloaded run translates in Node as it does in the page", async () => {
    const archive = await studio.download(page, () => press("Download the run"));
    const run = mkdtempSync(join(folder, "run-"));
    for (const [path, bytes] of unzip(new Uint8Array(readFileSync(archive))))
      writeFileSync(join(run, basename(path)), bytes);
    const opened = openRunOf(run, "translate");
    const engine = await openEngine("cpu");
    const { maxLength } = opened.config.model;
    const translator = await openTranslator({ engine, ...opened, ...opened.tokenizers, maxLength, beam: 4 });
    const [translation] = await translator.translate(["six seven"]);
    translator.close();
    await press("Use this model");
    await page.waitForSelector("header strong:text-is('trained here')");
    const written = await page.waitForSelector(".translation:not(:empty)");
    await expect.poll(() => page.inputValue("textarea")).toBe("six seven");
    await expect
      .poll(async () => (await written.textContent())?.trim())
      .toBe(translation?.hypotheses[0]?.text);
  });

  test("a full storage: training goes on, says that it is not kept, and can be taken along", async () => {
    const small = await visit();
    const devtools = await small.context().newCDPSession(small);
    const origin = new URL(studio.address).origin;
    await page.close();
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 100_000 });
    page = small;
    await page.waitForSelector(".elsewhere", { state: "detached" });
    await start(page);
    await updates(20);
    await expect
      .poll(() => page.textContent(".kept-note"))
      .toContain("the storage that the browser gives this page is full");
    const step = await figure("Update");
    await updates(step + 5);
    await press("Pause");
    await phase("Paused");
    expect(basename(await studio.download(page, () => press("Download the run")))).toBe("heed-run.zip");
    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    await press("Train another");
  });

  test("a language model is trained from a text, and goes on in its view", async () => {
    await page.check("text=A text of yours");
    const lines = english.flatMap((a) => english.map((b) => `${a} and ${b} are numbers, said the teacher.`));
    await page.fill(".pairs textarea", lines.join("\n"));
    await page.fill(".choice input[type=number]", "40");
    await page.fill(".wide input", "six and");
    await expect.poll(() => page.url()).toContain("corpus=text");
    await page.click("text=Start training");
    await phase("Trained");
    await expect.poll(() => figure("Perplexity")).toBeGreaterThan(1);
    await expect.poll(() => page.textContent(".sentence .source")).toBe("six and");
    await expect.poll(() => page.locator(".heads .thumbnail").count()).toBe(9);
    await press("Use this model");
    await page.waitForSelector("header strong:text-is('trained here')");
    await page.waitForSelector(".written-tokens li");
    await expect.poll(() => page.inputValue("textarea")).toBe("six and");
    await press("Draw one");
    await expect.poll(() => page.locator(".written-tokens .new").count()).toBe(1);
  });

  test("nothing was complained of on the way", () => {
    expect(studio.problems).toEqual([]);
  });
});
