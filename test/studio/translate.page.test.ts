/** The translate view, as a person uses it: its numbers are the library's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evidence, type Intervention, openDecodingInspector, openInspector, without } from "heed/inspect";
import { phrasebook } from "heed/phrasebook";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { absentChromium } from "../page/chromium.ts";
import { openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const root = join(import.meta.dirname, "../..");
const bundled = join(root, "studio/public/models/phrasebook");
const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

const SOURCE = "We do not see the small green car.";
const PLACE = "decoder.1.cross";
const common = {
  engine: await openEngine("wasm"),
  of: openRunOf(bundled, "translate"),
  maxLength: 128,
};
const { weights } = common.of;
const look = await openInspector({ ...common, weights });
const decoder = await openDecodingInspector({ ...common, weights });
const decode = (options: Parameters<typeof decoder.run>[1] = {}) =>
  decoder.run(SOURCE, { beam: 4, best: 4, ...options });

let studio: Studio;
let page: Page;

beforeAll(async () => {
  if (absentChromium) return;
  studio = await openStudio(new Map([["mine", bundled]]));
  page = await visit("#translate");
});

afterAll(() => studio?.close());

async function visit(hash: string): Promise<Page> {
  const opened = await studio.visit(hash);
  await opened.waitForSelector(".bipartite .word");
  return opened;
}

const translation = async (of = page): Promise<string> => (await of.innerText(".translation")).trim();
const translationIs = (text: string | undefined, of = page): Promise<void> =>
  expect.poll(() => translation(of)).toBe(text);
/** The numbers beside the picture. */
const listed = (of = page): Promise<number[]> =>
  of.locator(".looked td.number").evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));
const numbersAre = (expected: readonly number[], read: () => Promise<number[]>): Promise<void> =>
  expect
    .poll(async () => {
      const shown = await read();
      const isSame = shown.length === expected.length;
      return isSame ? Math.max(...shown.map((number, i) => Math.abs(number - (expected[i] ?? 0)))) : 1;
    })
    // Three digits are shown, and threads add in another order.
    .toBeLessThan(0.0005 + 1e-5);
const choose = (place: number, of = page): Promise<void> => of.locator(".bipartite .word").nth(place).click();
const back = (hash = "#translate"): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

/** One row of the mean over heads. */
async function meanRow(ids: readonly number[], row: number, intervene: readonly Intervention[] = []) {
  const example = { source: look.encode({ source: SOURCE }).source, target: Int32Array.from(ids) };
  const { taps } = await look.run(example, { taps: [`${PLACE}.weights`], intervene });
  const { axes, data } = taps.get(`${PLACE}.weights`) ?? { axes: [], data: new Float32Array() };
  const [, heads = 0, rows = 0, columns = 0] = axes.map(({ size }) => size);
  return Array.from({ length: columns }, (_, j) => {
    let sum = 0;
    for (let h = 0; h < heads; h++) sum += data[(h * rows + row) * columns + j] as number;
    return sum / heads;
  });
}

describe.skipIf(absentChromium)(`the translate view${skipped}`, () => {
  test("the translation and the weights of a word are the library's", async () => {
    const [best] = (await decode()).hypotheses;
    await translationIs(best?.text);
    await choose(2);
    await numbersAre(await meanRow(best?.ids ?? [], 2), () => listed());
  });

  test("why this word and not that one: the library's evidence, measured as chosen", async () => {
    const { hypotheses, trace } = await decode();
    const [ids = [], rival] = [hypotheses[0]?.ids, trace[2]?.hypotheses[0]?.next[1]];
    const example = { source: look.encode({ source: SOURCE }).source, target: Int32Array.from(ids) };
    const bars = (): Promise<number[]> =>
      page.locator(".unseen td").evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));
    for (const kind of ["leaveOneOut", "gradientTimesInput"] as const) {
      await page.getByLabel("Measured by").selectOption(kind);
      const matrix = await evidence(look, example, kind, { place: PLACE, against: rival?.id ?? 0 });
      await numbersAre(matrix[2] ?? [], bars);
    }
  });

  test("the translation grows as it is decoded, nothing below it moves, and it ends with the answer", async () => {
    const changed = `${SOURCE} ${SOURCE}`;
    await page.evaluate(`
      globalThis.seen = [];
      new MutationObserver(() => {
        const { className, textContent } = document.querySelector(".translation bdi");
        const { top } = document.querySelector(".changes").getBoundingClientRect();
        seen.push({ isGrowing: className === "growing", text: textContent, top });
      }).observe(document.querySelector(".translation"), { subtree: true, childList: true, characterData: true, attributes: true });
    `);
    await page.getByLabel("A sentence to translate").fill(changed);
    const { hypotheses } = await decoder.run(changed, { beam: 4, best: 4 });
    await translationIs(hypotheses[0]?.text);
    await expect.poll(() => page.getAttribute(".translation", "aria-busy")).toBe("false");
    const seen = await page.evaluate<{ isGrowing: boolean; text: string; top: number }[]>("seen");
    expect(new Set(seen.filter(({ isGrowing }) => isGrowing).map(({ text }) => text)).size).toBeGreaterThan(
      2,
    );
    expect(new Set(seen.slice(0, -1).map(({ top }) => top)).size).toBe(1);
    expect(seen.at(-1)).toMatchObject({ isGrowing: false, text: hypotheses[0]?.text });
    await back();
    await translationIs((await decode()).hypotheses[0]?.text);
  });

  test("evidence is that of the changed model", async () => {
    await back(`#translate?off=${encodeURIComponent('["positions"]')}&evidence=leaveOneOut&place=1`);
    const intervene = without(look, "positions");
    const [best] = (await decode({ intervene })).hypotheses;
    await translationIs(best?.text);
    const example = {
      source: look.encode({ source: SOURCE }).source,
      target: Int32Array.from(best?.ids ?? []),
    };
    const matrix = await evidence(look, example, "leaveOneOut", { place: PLACE, intervene });
    await numbersAre(matrix[1] ?? [], () => listed());
    await back("#translate?place=2");
    const [plain] = (await decode()).hypotheses;
    await translationIs(plain?.text);
    await numbersAre(await meanRow(plain?.ids ?? [], 2), () => listed());
  });

  test("a weight that is moved by the keyboard is decoded on from, and taken back", async () => {
    await choose(2);
    await choose(2);
    await page.getByLabel("weight on We", { exact: true }).focus();
    await page.keyboard.press("End");
    await page.waitForSelector(".active li");
    const [plain] = (await decode()).hypotheses;
    const to = (await meanRow(plain?.ids ?? [], 2)).map((_, column) => (column === 0 ? 1 : 0));
    const intervene: Intervention[] = [{ at: `${PLACE}.weights`, row: 2, to, renormalise: true }];
    const changed = await decode({ intervene });
    await translationIs(changed.hypotheses[0]?.text);
    const delta = changed.without?.delta ?? 0;
    const shown = `Δ ln p ${delta < 0 ? "−" : "+"}${Math.abs(delta).toFixed(3)}`;
    await expect.poll(() => page.innerText(".delta")).toBe(shown);
    await numbersAre(to, () => listed());
    await page.keyboard.press("Control+z");
    await translationIs(plain?.text);
    await expect.poll(() => page.locator(".active li").count()).toBe(0);
  });

  test("a part that is switched off is off in the library's sense, and can be taken back from the list", async () => {
    await page.click('.switch:text-is("positions")');
    const changed = await decode({ intervene: without(look, "positions") });
    await translationIs(changed.hypotheses[0]?.text);
    await page.click('.active button:text-is("Take back")');
    await translationIs((await decode()).hypotheses[0]?.text);
  });

  test("a change that made no number different says so", async () => {
    const idle = [{ at: `${PLACE}.weights`, row: 1, scale: 1 }];
    await back(`#translate?intervene=${encodeURIComponent(JSON.stringify(idle))}`);
    await page.waitForSelector('.idle:text-is("This change made no number different.")');
    await back();
  });

  test("another word is written in the place of one, and the address holds all of it", async () => {
    const { hypotheses, trace } = await decode();
    const rival = trace[2]?.hypotheses[0]?.next[1]?.token ?? "";
    await choose(2);
    await page.click('button:has-text("and go on")');
    const prefix = [...(hypotheses[0]?.tokens.slice(0, 2) ?? []), rival];
    const [forced] = (await decode({ prefix })).hypotheses;
    await translationIs(forced?.text);
    await page.getByLabel("Head").selectOption({ value: "1" });
    await expect.poll(() => page.url()).toContain("head=1");
    const again = await visit(new URL(page.url()).hash);
    await translationIs(forced?.text, again);
    await expect.poll(() => again.getByLabel("Head").inputValue()).toBe("1");
    await again.close();
    await back();
  });

  test("the links of a sentence of the phrasebook are shown", async () => {
    const pairs = phrasebook().valid.slice(0, 20);
    for (const { source, target, links } of pairs) {
      if ((await decoder.run(source, { beam: 4 })).hypotheses[0]?.text !== target) continue;
      await back(`#translate?text=${encodeURIComponent(source)}`);
      await translationIs(target);
      await expect.poll(() => page.locator(".link").count()).toBe(links.length);
      return;
    }
    expect.unreachable("the bundled model translates some held-out sentence");
  });

  test("the picture and its numbers are saved", async () => {
    const saved = (kind: string): Promise<string> =>
      studio.download(page, () => page.locator(`figure .save button:text-is("${kind}")`).click());
    expect(readFileSync(await saved("SVG"), "utf8")).toMatch(/^<svg [\s\S]*stroke="rgb/);
    expect(
      readFileSync(await saved("PNG"))
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    const csv = readFileSync(await saved("CSV"), "utf8").split("\r\n");
    expect(csv[0]).toMatch(/^is written \\ reads from,▁/);
    expect(csv.length).toBe((await page.locator(".bipartite .word").count()) + 2);
  });

  test("whatever is typed is a text", async () => {
    const field = page.getByLabel("A sentence to translate");
    await field.fill('<img src=x onerror="document.title=1"> \u202eabc <script>document.title=1</script>');
    await page.waitForTimeout(1000);
    expect([await page.title(), await page.locator("main img, main script").count()]).toEqual([
      "Heed studio",
      0,
    ]);
    await field.fill("  ");
    await translationIs("");
    await field.fill(`${SOURCE} `.repeat(400).slice(0, 10_000));
    await page.waitForSelector("text=The model reads the first 128 tokens of it.");
    await field.fill("");
    await field.pressSequentially(SOURCE, { delay: 5 });
    await translationIs((await decode()).hypotheses[0]?.text);
  });

  test("another model begins without what was done to the one before", async () => {
    await page.click('.switch:text-is("norms")');
    await page.waitForSelector(".active li");
    await page.getByLabel("Model", { exact: true }).selectOption("mine");
    await page.waitForSelector('.opened strong:text-is("mine")');
    await expect.poll(() => page.locator(".active li").count()).toBe(0);
    await translationIs((await decode()).hypotheses[0]?.text);
  });

  test("a phone's width is enough, and nobody is shut out, by light and by dark", async () => {
    await back(`#translate?place=2&off=${encodeURIComponent('["scale"]')}`);
    await page.waitForSelector(".bars svg");
    await page.setViewportSize({ width: 390, height: 800 });
    await page.evaluate(axe);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      const found = await page.evaluate<{ violations: { id: string }[] }>("axe.run()");
      expect(found.violations.map(({ id }) => id)).toEqual([]);
    }
  });

  test("nothing went wrong on the way", () => {
    expect(studio.problems).toEqual([]);
  });
});
