/** The walk in a real page: its numbers are those of an inspector in Node, and its buttons do what they say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openDecodingInspector, openInspector, without } from "heed/inspect";
import { openRun } from "heed/runs";
import { openEngine } from "heed/runtime";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shown } from "../../studio/src/views/steps/numbers.ts";
import { type StationName, stationNames } from "../../studio/src/views/steps/station-names.ts";
import { absentChromium } from "../page/chromium.ts";
import { openStudio, type Studio } from "./open-studio.ts";

const root = join(import.meta.dirname, "../..");
const source = "We do not see the small green car.";
const [QUERY, KEY, HEAD] = [3, 2, 1];
const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";

describe.skipIf(absentChromium)(`step by step${skipped}`, () => {
  const run = openRun(join(root, "studio/public/models/phrasebook"));
  let studio: Studio;
  let page: Page;
  let look: Awaited<ReturnType<typeof openInspector>>;
  let decoder: Awaited<ReturnType<typeof openDecodingInspector>>;
  let example: { readonly source: Int32Array; readonly target: Int32Array };

  beforeAll(async () => {
    const engine = await openEngine("wasm");
    if (run.task !== "translate") throw new Error("the bundled model translates");
    look = await openInspector({ engine, of: run, weights: run.weights, maxLength: 128 });
    decoder = await openDecodingInspector({ engine, of: run, weights: run.weights, maxLength: 128 });
    const [best] = (await decoder.run(source, { beam: 4, best: 4 })).hypotheses;
    example = { source: look.encode({ source }).source, target: Int32Array.from(best?.ids ?? []) };
    studio = await openStudio();
    page = await studio.visit(address("tokens"));
    await page.waitForSelector(".steps .ready");
  });

  afterAll(async () => {
    await studio?.close();
    look?.close();
    decoder?.close();
  });

  const address = (station: StationName, more = ""): string =>
    `#steps?station=${stationNames.indexOf(station)}&query=${QUERY}&key=${KEY}&head=${HEAD}${more}`;

  async function go(station: StationName, more = ""): Promise<void> {
    await page.evaluate(`location.hash = ${JSON.stringify(address(station, more))}`);
    await at(station);
  }

  const at = async (station: StationName): Promise<void> => {
    await page.waitForSelector(`.pill[data-station="${station}"][aria-current]`);
  };

  /** The numbers of the chosen row, as they are written. */
  const cells = (): Promise<string[]> => page.locator(".strip.output .cell .number").allTextContents();

  function expectShown(seen: readonly string[], own: Float32Array, what: string): void {
    expect(seen.length, what).toBeGreaterThan(0);
    expect(seen, what).toEqual(Array.from(own.subarray(0, seen.length), (value) => shown(value)));
  }

  /** The row of a tap that the page shows. */
  function rowOf(taps: Awaited<ReturnType<typeof look.run>>["taps"], path: string): Float32Array {
    const { axes, data } = taps.get(path) ?? { axes: [], data: new Float32Array() };
    const [rows = 1, columns = 1] = axes.slice(-2).map(({ size }) => size);
    const head = axes.some(({ name }) => name === "heads") ? HEAD : 0;
    const row = axes.at(-2)?.name === "keys" ? KEY : QUERY;
    return data.subarray((head * rows + row) * columns, (head * rows + row + 1) * columns);
  }

  test("shows the numbers of the library at every station", async () => {
    const layer = "encoder.0";
    const shownAt: readonly (readonly [StationName, string])[] = [
      ["embedding", "encoder.input.embedding"],
      ["positions", "encoder.input.positions"],
      ["sum", "encoder.input.sum"],
      ["normBefore", `${layer}.attentionResidual.norm.normed`],
      ["query", `${layer}.attention.queries`],
      ["key", `${layer}.attention.keys`],
      ["value", `${layer}.attention.values`],
      ["products", `${layer}.attention.products`],
      ["scaled", `${layer}.attention.unmasked`],
      ["masked", `${layer}.attention.scores`],
      ["weights", `${layer}.attention.weights`],
      ["head", `${layer}.attention.heads`],
      ["output", `${layer}.attention.output`],
      ["residual", `${layer}.attentionResidual.sum`],
      ["normMiddle", `${layer}.feedForwardResidual.norm.normed`],
      ["inner", `${layer}.feedForward.inner`],
      ["activated", `${layer}.feedForward.activated`],
      ["outer", `${layer}.feedForward.output`],
      ["residualEnd", `${layer}.states`],
    ];
    const cross = "decoder.1.cross.weights";
    const wanted = [...shownAt.map(([, path]) => path), cross] as never[];
    const { taps } = await look.run(example, { taps: wanted });
    for (const [station, path] of shownAt) {
      await go(station);
      expectShown(await cells(), rowOf(taps, path), path);
      await expect.poll(() => page.$(".replaced"), { message: path }).toBeNull();
    }
    await go("tokens");
    await expect.poll(() => cells()).toEqual(Array.from(example.source, String));
    await go("weights", "&attention=cross&block=1");
    await page.waitForSelector(`code[title="${cross}"]`);
    expectShown(await cells(), rowOf(taps, cross), cross);
  });

  test("leads from a number to those it was computed from, and back", async () => {
    await go("weights");
    await page.waitForSelector('code[title="encoder.0.attention.weights"]');
    const score = await page.textContent(".term.chosen .factor .number");
    await page.click(".term.chosen .factor");
    await at("masked");
    await expect.poll(() => page.textContent(".formula .result")).toBe(score);
    await page.click(".back");
    await at("weights");
    await page.click(".strip.output .cell:nth-child(6)");
    await expect.poll(() => page.textContent(".formula strong")).toBe(`a${QUERY + 1},6`);
  });

  test("switches a part off, and says what that changes", async () => {
    const intervene = without(look, "scale", "encoder.0.attention");
    const { delta = 0 } = (await look.run(example, { intervene })).without ?? {};
    const off = await decoder.run(source, { beam: 4, best: 4, intervene });
    await go("scaled");
    await page.click(".switch label:nth-of-type(2)");
    await page.waitForSelector(".likelihood strong");
    await expect.poll(() => page.textContent(".likelihood strong")).toBe(` Δ ${shown(delta)}`);
    await expect.poll(() => page.textContent(".now")).toBe(off.hypotheses[0]?.text);
    await expect.poll(() => page.textContent(".replaced")).toContain("The model goes on with");
    await page.click(".restore");
    await page.waitForSelector(".replaced", { state: "detached" });
  });

  test("walks by keys and by itself", async () => {
    await go("query");
    await page.focus(".play");
    await page.keyboard.press("ArrowRight");
    await at("key");
    await page.keyboard.press("ArrowLeft");
    await at("query");
    await page.focus(".plane[tabindex='0']");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.url()).toContain(`query=${QUERY + 1}`);
    await page.click(".play");
    await at("key");
    await page.click(".play");
  });

  test("fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const station of ["inner", "weighted", "heads"] as const) {
      await go(station);
      await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test.each(["light", "dark"] as const)("can be used by everyone, %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8"));
    for (const station of ["tokens", "weights", "normBefore"] as const) {
      await go(station);
      const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
        "axe.run().then(({ violations }) => violations)",
      );
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        station,
      ).toEqual([]);
    }
  });

  test("without an error, and within the policy of the page", () => {
    expect(studio.problems).toEqual([]);
  });
});
