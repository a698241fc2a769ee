/** What is opened, by dropping, picking and choosing: runs, folders of runs, and one clear line for anything else. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { config, folder, heed, tsv } from "../cli/heed.ts";
import { absentChromium } from "../page/chromium.ts";
import { openStudio, type Studio } from "./open-studio.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const { path, write } = folder();
const runs = join(path, "runs");
const mine = join(runs, "seed=1");
let studio: Studio;

beforeAll(async () => {
  if (absentChromium) return;
  const text = config(write("pairs.tsv", tsv)).replace("epochs: 12", "epochs: 2");
  const sweep = write("sweep.yaml", "seeds: [1, 2]");
  const trained = await heed(["train", write("tiny.yaml", text), "--sweep", sweep, "--run", runs]);
  expect(trained.status, trained.stderr).toBe(0);
  const bundled = join(import.meta.dirname, "../../studio/public/models/phrasebook");
  const exported = await heed(["export", bundled, "--to", join(path, "exported")]);
  expect(exported.status, exported.stderr).toBe(0);
  mkdirSync(join(path, "empty"));
  mkdirSync(join(path, "notes"));
  write("notes/list.md", "no run");
  studio = await openStudio(new Map([["served", mine]]));
});
afterAll(() => studio?.close());

/** Drops files and folders on the page, as a person does from a file manager. */
async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 500, data });
  await session.detach();
}

/** A busy machine takes its time. */
const slowly = { timeout: 60_000 };
const opened = (page: Page, name: string): Promise<unknown> =>
  page.waitForSelector(`header strong:text-is("${name}")`, slowly);

describe.skipIf(absentChromium)(`what is opened${skipped}`, () => {
  test("a run that is dropped is open, can be chosen again, and leaves its name in the address", async () => {
    const page = await studio.visit("#translate");
    await opened(page, "phrasebook");
    await drop(page, mine);
    await opened(page, "seed=1");
    expect(await page.inputValue("header select")).toBe("seed=1");
    await expect.poll(() => page.url(), slowly).toContain("model=seed%3D1");
    await page.selectOption("header select", "phrasebook");
    await opened(page, "phrasebook");
    await page.selectOption("header select", "seed=1");
    await opened(page, "seed=1");
    await expect.poll(() => page.url(), slowly).toContain("model=seed%3D1");
    // Another page has no such model, and says so.
    await page.reload();
    await page.waitForSelector(".fault:has-text('“seed=1” is not here: drop its folder')");
    await drop(page, mine);
    await opened(page, "seed=1");
    expect(await page.locator(".fault").count()).toBe(0);
    await page.close();
  });

  test("a folder of runs that is dropped or picked is compared", async () => {
    const page = await studio.visit("#translate");
    await opened(page, "phrasebook");
    await drop(page, runs);
    await page.waitForSelector(".view-runs .runs-table");
    expect(await page.innerText("#about")).toBe("Runs in runs");
    expect(await page.locator(".pick").count()).toBe(2);
    await page.setInputFiles(".about input[type=file]", runs);
    await page.waitForSelector(".view-runs .runs-table");
    await page.setInputFiles("header input[type=file]", mine);
    await opened(page, "seed=1");
    await page.close();
  });

  test("a folder that was exported is opened, and says what the run said", async () => {
    const page = await studio.visit("#translate");
    await expect.poll(() => page.innerText("output.translation"), slowly).toMatch(/voiture.*\.$/);
    const said = await page.innerText("output.translation");
    await drop(page, join(path, "exported"));
    await opened(page, "exported");
    await expect.poll(() => page.innerText("output.translation"), slowly).toBe(said);
    await page.close();
  });

  test("a model folder from elsewhere is opened, and says what `heed translate` writes", async () => {
    const foreign = join(import.meta.dirname, "../golden/import/marian");
    const text = "the cat eats an apple";
    const written = await heed(["translate", foreign, "--beam", "4"], `${text}\n`);
    const page = await studio.visit("#translate");
    await opened(page, "phrasebook");
    await drop(page, foreign);
    await opened(page, "marian");
    await page.getByLabel("A sentence to translate").fill(text);
    await expect.poll(() => page.innerText("output.translation"), slowly).toBe(written.stdout.trim());
    await page.close();
  });

  test.each([
    ["an empty folder", "empty", "“empty” is empty."],
    [
      "a folder of other things",
      "notes",
      "“notes” is no run of `heed train` and no model of `heed export`, and holds no runs.",
    ],
    ["a file", "pairs.tsv", "“pairs.tsv” is a file: open the folder of a run, as `heed train` wrote it."],
  ])("%s is refused in one line, and what was open stays open", async (_, name, line) => {
    const page = await studio.visit("#translate");
    await opened(page, "phrasebook");
    await drop(page, join(path, name));
    await page.waitForSelector(".fault");
    expect(await page.innerText(".fault")).toBe(line);
    expect(await page.innerText("header strong")).toBe("phrasebook");
    await page.close();
  });

  test("the files of a run can be dropped without their folder", async () => {
    const page = await studio.visit("#translate");
    await opened(page, "phrasebook");
    const names = readdirSync(mine).filter((name) => name !== "checkpoints");
    await drop(page, ...names.map((name) => join(mine, name)));
    await expect.poll(() => page.innerText("header strong"), slowly).not.toBe("phrasebook");
    await page.close();
  });

  test("of two quick choices the last is open, though its files come first", async () => {
    const page = await studio.visit("#translate");
    await opened(page, "phrasebook");
    let isSent = false;
    await page.route("**/models/served/**", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
      isSent = true;
    });
    await page.selectOption("header select", "served");
    await drop(page, mine);
    await opened(page, "seed=1");
    await expect.poll(() => isSent, slowly).toBe(true);
    await page.selectOption("header select", "served");
    await page.selectOption("header select", "phrasebook");
    await opened(page, "phrasebook");
    // What was asked for before is not opened after it.
    await page.waitForTimeout(3000);
    expect(await page.innerText("header strong")).toBe("phrasebook");
    await expect.poll(() => page.innerText("output.translation"), slowly).toContain("voiture");
    await page.close();
  });

  test("nothing went wrong in any page", () => {
    expect(studio.problems).toEqual([]);
  });
});
