/**
 * Claim: in Chromium on two cores, a person who presses "Start training" has 90 BLEU on the phrasebook within 5 minutes.
 *
 *   npm run studio:build && npx tsx bench/studio/train-in-page.ts [--setup "rung=attention&updates=600"] [--sentences 500]
 *
 * Opens the built studio in Chromium, and trains what it offers first, or what `--setup` says in the words of the
 * page's address. Time is counted from the press, with reading the corpus, validations and looks at the watched sentences.
 * BLEU is that of the page, greedy on its validation sentences, after each validation; and at the end, in Node, that of the
 * downloaded run on `--sentences` test sentences, with its own beam. Needs Chromium (Debian's, or CHROMIUM=…).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { absentChromium } from "../../test/page/chromium.ts";
import { openStudio } from "../../test/studio/open-studio.ts";
import { unzip } from "../../test/studio/unzip.ts";
import { machine } from "../machine.ts";
import { translated } from "../translated.ts";

const { values } = parseArgs({
  options: {
    setup: { type: "string", default: "" },
    sentences: { type: "string", default: "500" },
    longest: { type: "string", default: "20" },
  },
});
if (absentChromium) throw new Error(absentChromium);
const scratch = mkdtempSync(join(tmpdir(), "heed-train-in-page-"));
const studio = await openStudio(new Map(), join(import.meta.dirname, "../../dist/studio"));
const page = await studio.visit(`#train${values.setup === "" ? "" : `?${values.setup}`}`);
try {
  await page.click("text=Start training");
  const began = performance.now();
  await page.waitForSelector(".progress", { timeout: 120_000 });
  const minutes = (): string => ((performance.now() - began) / 60_000).toFixed(2);
  console.log(
    `${machine()}; ${(await page.innerText(".progress .note")).replaceAll("\n", ", ")}; load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log("| updates | minutes since the press | loss | BLEU |\n|---|---|---|---|");
  let validated = "";
  for (const end = began + 60_000 * Number(values.longest); performance.now() < end; ) {
    await page.waitForTimeout(250);
    const [bleu, about] = await figure("BLEU");
    if (about !== validated) {
      validated = about;
      const [update] = await figure("Update");
      console.log(`| ${update} | ${minutes()} | ${(await figure("Loss"))[0]} | ${bleu} |`);
    }
    if ((await page.textContent("#progress")) === "Trained") break;
  }
  console.log(
    `\n${await page.textContent("#progress")} after ${minutes()} minutes; load ${loadavg()[0]?.toFixed(1)}`,
  );
  const sentences = Number(values.sentences);
  const score = await bleuOf(await downloaded(page), sentences);
  console.log(`BLEU of the downloaded run on ${sentences} test sentences: ${score.toFixed(1)}`);
} finally {
  await studio.close();
  rmSync(scratch, { recursive: true });
}

/** A number of the page, and the line below it. */
async function figure(name: string): Promise<[value: string, about: string]> {
  const at = page.locator(`.figures div:has(dt:text-is("${name}"))`);
  return [(await at.locator("strong").textContent()) ?? "", (await at.locator("small").textContent()) ?? ""];
}

/** The folder of the run that the page gives. */
async function downloaded(from: Page): Promise<string> {
  const downloading = from.waitForEvent("download");
  await from.click("text=Download the run");
  const archive = join(scratch, "run.zip");
  await (await downloading).saveAs(archive);
  for (const [path, bytes] of unzip(new Uint8Array(readFileSync(archive))))
    writeFileSync(join(scratch, basename(path)), bytes);
  return scratch;
}

async function bleuOf(folder: string, sentences: number): Promise<number> {
  const run = openRunOf(folder, "translate");
  const pairs = phrasebook({ seed: run.config.seed }).test.slice(0, sentences);
  const sources = pairs.map(({ source }) => source);
  const references = pairs.map(({ target }) => target);
  return corpusBleu(await translated(await openEngine("cpu"), run, sources), [references]).score;
}
