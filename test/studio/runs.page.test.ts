/** The runs view in a page: the tables of `heed runs`, curves in its numbers, and two runs as the library runs them. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDecodingInspector, openInspector } from "heed/inspect";
import { openRunOf } from "heed/runs";
import { openEngine } from "heed/runtime";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namedRuns } from "../../src/cli/studio-runs.ts";
import { relativeEntropy } from "../../studio/src/pictures/attention.ts";
import { config, folder, heed, tsv } from "../cli/heed.ts";
import { absentChromium } from "../page/chromium.ts";
import { isTooWide, openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const { path, write } = folder();
const runs = join(path, "runs");
const source = "the cat eats the bread";
let studio: Studio;

beforeAll(async () => {
  if (absentChromium) return;
  const text = config(write("pairs.tsv", tsv))
    .replace("epochs: 12", "epochs: 6, validBleu: 4")
    .replace("validateEvery: 40", "validateEvery: 8");
  const sweep = write("sweep.yaml", "seeds: [1, 2]\ngrid: { model.heads: [1, 4] }");
  const trained = await heed(["train", write("tiny.yaml", text), "--sweep", sweep, "--run", runs]);
  expect(trained.status, trained.stderr).toBe(0);
  cpSync(join(runs, "heads=1/seed=1"), join(runs, "going"), { recursive: true });
  for (const file of ["result.json", "model.safetensors"]) rmSync(join(runs, "going", file));
  studio = await openStudio(namedRuns([runs]));
});
afterAll(() => studio?.close());

const textsOf = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(selector).allTextContents()).map((text) => text.trim());
/** A busy machine takes its time. */
const slowly = { timeout: 60_000 };

/** The sides are there, and each says something. */
const waitForPair = (page: Page): Promise<unknown> =>
  expect.poll(() => page.locator(".side .matrix").count(), slowly).toBe(2);

describe.skipIf(absentChromium)(`the runs view${skipped}`, () => {
  test("has the summary and the tables of `heed runs`, cell by cell", async () => {
    const page = await studio.visit("#runs");
    await page.waitForSelector(".runs-table");
    const { stdout } = await heed(["runs", runs]);
    expect(stdout).toContain((await page.innerText(".about .note")).replace(/\.$/, ""));
    const rows = await page
      .locator(".runs-table tbody tr")
      .evaluateAll((all) =>
        all.map((row) =>
          [...row.querySelectorAll("th, td")]
            .filter((cell) => !cell.querySelector(".pick, .note"))
            .map((cell) => cell.textContent ?? ""),
        ),
      );
    const printed = stdout.split("\n").map((line) => line.trim().split(/\s{2,}/));
    expect(rows).toHaveLength(7);
    for (const row of rows) expect(printed).toContainEqual(row);
    await page.close();
  });

  test("draws a measure against steps or time, walked through with the keyboard, and the address holds it", async () => {
    const page = await studio.visit("#runs");
    await page.waitForSelector(".plot");
    await page.selectOption(".curves select >> nth=0", "bleu");
    await page.selectOption(".curves select >> nth=1", "time");
    await expect.poll(() => page.url(), slowly).toContain("#runs?curve=bleu&along=time");
    const values = (): Promise<string[]> => textsOf(page, ".legend .value");
    const atEnd = await values();
    expect(atEnd).toHaveLength(3);
    await page.focus(".plot");
    await page.keyboard.press("Home");
    await expect.poll(values, slowly).not.toEqual(atEnd);
    await page.keyboard.press("End");
    await expect.poll(async () => (await values()).length, slowly).toBe(3);
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.click(".curves .save button >> nth=0"),
    ]);
    expect(saved.suggestedFilename()).toBe("curves-bleu.svg");
    expect(readFileSync(await saved.path(), "utf8")).toContain("heads=4");
    const hash = new URL(page.url()).hash;
    await page.close();
    const again = await studio.visit(hash, 390);
    await again.waitForSelector(".plot");
    expect(await again.inputValue(".curves select >> nth=0")).toBe("bleu");
    expect(await isTooWide(again)).toBe(false);
    await again.click(".curves summary");
    const { stdout } = await heed(["runs", runs, "--json"]);
    const [last] = stdout
      .split("\n")
      .flatMap((line) => (line.includes('"going"') || line.includes("/going") ? [JSON.parse(line)] : []));
    const cells = await textsOf(again, ".curves tbody tr:last-child td");
    expect(cells.at(-1)).toBe(last.valid.bleu.toFixed(1));
    await again.close();
  });

  test("two runs translate the same sentence as the library does, and their heads are beside each other", async () => {
    const [first, second] = ["heads=4/seed=1", "heads=1/seed=2"] as const;
    const page = await studio.visit(`#runs?text=${source}&first=${first}&second=${second}`);
    await waitForPair(page);
    const engine = await openEngine("cpu");
    const expected: string[] = [];
    const entropies: string[] = [];
    for (const name of [first, second]) {
      const of = openRunOf(join(runs, name), "translate");
      const common = { engine, of, weights: of.weights, maxLength: of.config.model.maxLength };
      const decoder = await openDecodingInspector(common);
      const [best] = (await decoder.run(source, { beam: 4 })).hypotheses;
      expected.push(best?.text ?? "", `ln p ${best?.logProbability.toFixed(3).replace("-", "−")}`);
      const look = await openInspector(common);
      const example = { source: look.encode({ source }).source, target: Int32Array.from(best?.ids ?? []) };
      const { taps } = await look.run(example, { taps: ["decoder.0.cross.weights"] });
      const { axes, data } = taps.get("decoder.0.cross.weights") ?? { axes: [], data: new Float32Array() };
      const [, heads = 0, rows = 0, columns = 0] = axes.map(({ size }) => size);
      for (let head = 0; head < heads; head++) {
        const one = data.subarray(head * rows * columns, (head + 1) * rows * columns);
        entropies.push(`H ${relativeEntropy({ data: one, rows, columns }, false).toFixed(2)}`);
      }
      decoder.close();
      look.close();
    }
    const said = await page
      .locator(".said .words, .said .number")
      .evaluateAll((all) => all.map((one) => (one.textContent ?? "").trim()));
    expect(said).toEqual(expected);
    expect(await textsOf(page, ".side .group:first-child .entropy")).toEqual(entropies);
    const save = async (kind: string): Promise<Buffer> => {
      const click = page.click(`.pair-heads .save[aria-label="Save as: heads"] button:text-is("${kind}")`);
      const [file] = await Promise.all([page.waitForEvent("download"), click]);
      return readFileSync(await file.path());
    };
    const svg = (await save("SVG")).toString();
    for (const name of [`A: ${first}`, `B: ${second}`]) expect(svg).toContain(`>${name}</text>`);
    const thumbnails = await page.locator(".pair-heads .thumbnail").count();
    expect(svg.match(/>Layer \d+, head \d+<\/text>/g)).toHaveLength(thumbnails);
    expect((await save("PNG")).subarray(1, 4).toString()).toBe("PNG");
    expect((await save("CSV")).toString().trim().split("\r\n")).toHaveLength(1 + thumbnails);
    await page.close();
  });

  test("two runs are scored on pairs of a file as `heed compare` scores what `heed translate` says", async () => {
    const [first, second] = ["heads=4/seed=1", "heads=1/seed=2"] as const;
    const page = await studio.visit(`#runs?text=${source}&first=${first}&second=${second}`);
    await waitForPair(page);
    await page.setInputFiles(".pair-scores input[type=file]", join(path, "pairs.tsv"));
    await page.waitForSelector(".pair-scores .note:has-text('36 pairs of pairs.tsv')");
    await page.click(".pair-scores .scoring button");
    await page.waitForSelector(".pair-scores .scores");
    const [sources, references] = [0, 1].map((column) =>
      tsv.replaceAll(/^(.*)\t(.*)$/gm, (_, ...columns) => columns[column]),
    );
    const systems = await Promise.all(
      [first, second].map(async (name, i) => {
        const { stdout } = await heed(["translate", join(runs, name)], sources);
        return write(`${i}.fr`, stdout);
      }),
    );
    const compared = await heed([
      "compare",
      ...systems,
      "--reference",
      write("ref.fr", references ?? ""),
      "--json",
    ]);
    const printed = compared.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const [one, other] = printed.map(({ metrics }) => metrics);
    const rows = await page
      .locator(".scores tbody tr")
      .evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
      );
    const shown = (value: number): string => value.toFixed(1);
    const expected = ["bleu", "chrf"].flatMap((key) => {
      const [a, b] = [one[key], other[key]];
      const interval = (of: { low: number; high: number }): string => `${shown(of.low)} – ${shown(of.high)}`;
      const difference = `${b.difference < 0 ? "−" : "+"}${shown(Math.abs(b.difference))}`;
      const p = b.p < 0.0015 ? "≤ 0.001" : b.p.toFixed(3);
      return [
        [shown(a.score), interval(a.interval), "", "", ""],
        [shown(b.score), interval(b.interval), difference, p, `${b.better} / ${b.worse} / ${b.equal}`],
      ];
    });
    expect(rows).toEqual(expected);
    const changed = printed
      .filter(({ kind }) => kind === "sentence")
      .map(({ line }) => sources?.split("\n")[line - 1]);
    const heard = await textsOf(page, ".pair-scores .source");
    expect(heard).toHaveLength(changed.length);
    for (const [i, text] of heard.entries()) expect(text).toContain(changed[i]);
    await page.close();
  });

  test("a run is chosen in the table, and its heads are opened in their own view", async () => {
    const page = await studio.visit(`#runs?text=${source}`);
    await waitForPair(page);
    const other = "heads=1/seed=2";
    await page.click(`button[aria-label="${other} as B"]`);
    await expect.poll(() => textsOf(page, ".side .name"), slowly).toContain(other);
    await page.locator(".side").nth(1).locator(".chosen button").click();
    await page.waitForSelector(`header strong:text-is("${other}")`);
    await page.waitForSelector(".view-heads .row-words");
    await page.close();
  });

  test("without runs it says how to get some", async () => {
    const page = await studio.visit("#translate");
    await page.route("**/runs.json", (route) => route.fulfill({ json: [] }));
    await page.reload();
    await page.click("nav button:text-is('Runs')");
    await page.waitForSelector(".nothing input[type=file]");
    await page.close();
  });

  test("nothing went wrong in any page", () => {
    expect(studio.problems).toEqual([]);
  });
});
