/** The heads view in a page: its numbers are the library's, and a head that is switched off changes the translation. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "heed/formats";
import { openDecodingInspector, openInspector, surveyHeads } from "heed/inspect";
import { phrasebook } from "heed/phrasebook";
import { openRunOf } from "heed/runs";
import { openEngine } from "heed/runtime";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { config, folder, heed, tsv } from "../cli/heed.ts";
import { absentChromium } from "../page/chromium.ts";
import { isTooWide, openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const { path, write } = folder();
const source = "We do not see the small green car.";
const cross = "decoder.1.cross";
const run = openRunOf(join(import.meta.dirname, "../../studio/public/models/phrasebook"), "translate");
const native = { engine: await openEngine("cpu"), of: run, weights: run.weights };
let studio: Studio;

beforeAll(async () => {
  if (absentChromium) return;
  const tiny = config(write("pairs.tsv", tsv)).replace("validateEvery: 40", "validateEvery: 10, keep: 9");
  const trained = await heed(["train", write("tiny.yaml", tiny), "--run", join(path, "tiny")]);
  expect(trained.status, trained.stderr).toBe(0);
  studio = await openStudio(new Map([["tiny", join(path, "tiny")]]));
});
afterAll(() => studio?.close());

/** The first cell of the large picture that is chosen by the keyboard: `row` rows from the top. */
async function chooseRow(page: Page, row: number): Promise<void> {
  await page.focus(".matrix");
  await page.keyboard.press("Home");
  for (let i = 0; i < row; i++) await page.keyboard.press("ArrowDown");
}

const textsOf = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

describe.skipIf(absentChromium)(`the heads view${skipped}`, () => {
  test("shows every head, and the row that is chosen in the library's numbers", async () => {
    const page = await studio.visit(`#heads?enlarged=${cross}/2`);
    await page.waitForSelector(".row-words");
    await expect.poll(() => page.locator(".thumbnail").count()).toBe(24);
    await chooseRow(page, 3);
    const decoder = await openDecodingInspector({ ...native, maxLength: 128 });
    const [best] = (await decoder.run(source, { beam: 4 })).hypotheses;
    const look = await openInspector(native);
    const example = { source: look.encode({ source }).source, target: Int32Array.from(best?.ids ?? []) };
    const { taps } = await look.run(example, { taps: [`${cross}.weights`] });
    const weights = taps.get(`${cross}.weights`);
    const [, , rows, columns] = weights?.axes ?? [];
    const size = columns?.size ?? 0;
    const from = (2 * (rows?.size ?? 0) + 3) * size;
    const expected = [...(weights?.data.subarray(from, from + size) ?? [])]
      .sort((a, b) => b - a)
      .slice(0, 5)
      .map((weight) => `${(100 * weight).toFixed(1)} %`);
    await expect
      .poll(() => page.innerText(".row-name"))
      .toBe(`Written: ${rows?.tokens?.writes?.[3]?.replace("▁", "")}`);
    expect((await textsOf(page, ".row-words li:not(.rest) .number")).slice(0, 5)).toEqual(expected);
    await expect.poll(() => isTooWide(page)).toBe(false);
    decoder.close();
    look.close();
    await page.close();
  });

  test("a head that is switched off changes the translation, by as much as the library says", async () => {
    const decoder = await openDecodingInspector({ ...native, maxLength: 128 });
    const look = await openInspector(native);
    // A head that this model needs: which one that is, is a matter of its training.
    const places = look.paths.filter((path) => path.endsWith(".weights"));
    const heads = places.flatMap((path) =>
      Array.from({ length: Number(look.shapeOf(path)[1]) }, (_, head) => [path, head] as const),
    );
    let [place, head, on] = ["", 0, await decoder.run(source, { beam: 4, best: 4 })];
    for (const [path, each] of heads) {
      [place, head] = [path.replace(/\.weights$/, ""), each];
      const at = `${place}.heads` as "decoder.0.cross.heads";
      on = await decoder.run(source, { beam: 4, best: 4, intervene: [{ at, head, scale: 0 }] });
      if (on.without && on.hypotheses[0]?.text !== on.without.hypotheses[0]?.text) break;
    }
    const intervene = [{ at: `${place}.heads` as "decoder.0.cross.heads", head, scale: 0 }] as const;
    const [before, after] = [on.without?.hypotheses[0], on.hypotheses[0]];
    expect(before?.text).not.toBe(after?.text);
    const page = await studio.visit(`#heads?enlarged=${place}/${head}`);
    await page.waitForSelector(".row-words");
    await page.click(".one .controls button");
    await page.waitForSelector(".changes dl");
    await expect.poll(() => textsOf(page, ".changes dd")).toEqual([before?.text, after?.text]);
    const example = { source: look.encode({ source }).source, target: Int32Array.from(before?.ids ?? []) };
    const { without } = await look.run(example, { intervene });
    const delta = without?.delta ?? 0;
    const note = await page.innerText(".changes .note");
    expect(note).toContain(`${delta < 0 ? "−" : "+"}${Math.abs(delta).toFixed(3)}`);
    await page.click(".changes button");
    await page.waitForSelector(".changes", { state: "detached" });
    await expect.poll(() => page.innerText("output.translation")).toBe(before?.text);
    decoder.close();
    look.close();
    await page.close();
  });

  test("two heads share the large picture, and the address holds both", async () => {
    const page = await studio.visit(`#heads?enlarged=${cross}/0`);
    await page.waitForSelector(".row-words");
    await page
      .locator(".group")
      .first()
      .locator(".thumbnail")
      .nth(3)
      .click({ modifiers: ["Shift"] });
    await page.waitForSelector(".row-words.second");
    await expect.poll(() => page.locator(".thumbnail.overlaid").count()).toBe(1);
    // The address follows once the hand rests.
    await expect.poll(() => decodeURIComponent(page.url())).toContain("overlay=decoder.0.cross/3");
    const address = decodeURIComponent(page.url());
    await page.close();
    const again = await studio.visit(new URL(address).hash, 390);
    await again.waitForSelector(".row-words.second");
    await expect.poll(() => again.inputValue(".one select")).toBe("decoder.0.cross/3");
    await expect.poll(() => isTooWide(again)).toBe(false);
    await again.close();
  });

  test("heads are scored as by the library", async () => {
    const page = await studio.visit("#heads");
    await page.waitForSelector(".row-words");
    await page.click(".scoring button");
    await page.waitForSelector(".thumbnail .delta");
    const survey = await surveyHeads({
      ...native,
      maxLength: 128,
      examples: phrasebook({ seed: run.config.seed }).test.slice(0, 24),
    });
    const signed = (delta: number): string => `Δ ${delta < 0 ? "−" : "+"}${Math.abs(delta).toFixed(3)}`;
    const ofCross = survey.heads.filter(({ place }) => place.kind === "cross");
    const shown = page.locator(".group").first().locator(".delta");
    await expect.poll(() => shown.allInnerTexts()).toEqual(ofCross.map(({ zero }) => signed(zero.delta)));
    await page.close();
  });

  test("a run can be looked at as it was at a step: its weights, and what it translated", async () => {
    const text = "the cat eats the bread";
    const page = await studio.visit(`#heads?model=tiny&text=${text}`);
    await page.waitForSelector(".row-words");
    const said = (): Promise<string> => page.innerText("output.translation");
    const saidAtEnd = await said();
    const numbers = (): Promise<string[]> => textsOf(page, ".thumbnail .entropy");
    const atEnd = await numbers();
    await page.focus(".checkpoints input");
    await page.keyboard.press("Home");
    await page.waitForSelector(".checkpoints output:text-is('step 10')");
    const tiny = openRunOf(join(path, "tiny"), "translate");
    const file = join(path, "tiny/checkpoints/step-00000010/model.safetensors");
    const weights = decodeSafetensors(readFileSync(file), file);
    const decoder = await openDecodingInspector({
      engine: native.engine,
      of: tiny,
      weights,
      maxLength: tiny.config.model.maxLength,
    });
    const [then] = (await decoder.run(text, { beam: 4 })).hypotheses;
    decoder.close();
    const slowly = { timeout: 60_000 };
    await expect.poll(said, slowly).toBe(then?.text);
    await expect.poll(numbers, slowly).not.toEqual(atEnd);
    await expect.poll(() => page.innerText(".checkpoints .note"), slowly).toContain(`it says: ${saidAtEnd}`);
    await page.keyboard.press("End");
    await expect.poll(numbers, slowly).toEqual(atEnd);
    await expect.poll(said, slowly).toBe(saidAtEnd);
    await page.close();
  });

  test("nothing went wrong in any page", () => {
    expect(studio.problems).toEqual([]);
  });
});
