/** A browser that is killed in the middle of a training: the next one goes on to the same model. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentChromium, chromiumPath } from "../page/chromium.ts";
import { openStudio, type Studio } from "./open-studio.ts";
import { unzip } from "./unzip.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const STEPS = 400;
const [english, french] = [
  "one two three four five six".split(" "),
  "un deux trois quatre cinq six".split(" "),
];
const pairs = english
  .flatMap((a, i) => english.map((b, j) => `${a} ${b}\t${french[j]} ${french[i]}`))
  .join("\n");

let studio: Studio;
let folder: string;

beforeAll(async () => {
  if (absentChromium) return;
  folder = mkdtempSync(join(tmpdir(), "heed-killed-"));
  studio = await openStudio(new Map());
});

afterAll(async () => {
  await studio?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly process: ChildProcess;
  readonly browser: Browser;
  readonly page: Page;
}

/** A browser of its own process, which keeps what its pages keep in a profile. */
async function startBrowser(profile: string): Promise<Started> {
  const options = ["--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-port=0"];
  const process = spawn(chromiumPath, [...options, `--user-data-dir=${join(folder, profile)}`]);
  const address = await new Promise<string>((resolve) => {
    let said = "";
    process.stderr?.on("data", (chunk) => {
      said += chunk;
      const [, found] = /DevTools listening on (\S+)/.exec(said) ?? [];
      if (found) resolve(found);
    });
  });
  const browser = await chromium.connectOverCDP(address);
  const context = browser.contexts()[0] ?? (await browser.newContext());
  const page = await context.newPage();
  const setup = `corpus=pairs&size=tiny&updates=${STEPS}`;
  await page.goto(`${studio.address}#train?${setup}`);
  await page.waitForSelector(".choice");
  return { process, browser, page };
}

async function kill({ process }: Started): Promise<void> {
  process.kill("SIGKILL");
  await once(process, "exit");
}

/** The hash of the weights that the page gives when it has ended. */
async function trainedIn(page: Page): Promise<string> {
  await page.waitForSelector("#progress:text-is('Trained')", { timeout: 120_000 });
  const downloading = page.waitForEvent("download");
  await page.click("text=Download the run");
  const path = await (await downloading).path();
  const weights = unzip(new Uint8Array(readFileSync(path))).get("heed-run/model.safetensors");
  return createHash("sha256")
    .update(weights ?? "")
    .digest("hex");
}

async function begin(page: Page): Promise<void> {
  await page.fill(".pairs textarea", pairs);
  await page.click("text=Start training");
}

/** The update up to which the browser has kept the training. */
const keptIn = async (page: Page): Promise<number> =>
  Number(/update ([\d,]+)/.exec((await page.textContent(".kept-note")) ?? "")?.[1]?.replace(",", "") ?? 0);

describe.skipIf(absentChromium)(`a browser that is killed${skipped}`, () => {
  test("loses no more than one interval, and the next one ends with the same weights", async () => {
    const whole = await startBrowser("whole");
    await begin(whole.page);
    const expected = await trainedIn(whole.page);
    await kill(whole);

    const first = await startBrowser("killed");
    await begin(first.page);
    await first.page.waitForSelector(".kept-note");
    await expect.poll(() => keptIn(first.page), { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
    const kept = await keptIn(first.page);
    await kill(first);

    const next = await startBrowser("killed");
    const offered = await next.page.textContent(".kept .note");
    const step = Number(/([\d,]+) of 400 updates/.exec(offered ?? "")?.[1]);
    expect(step).toBeGreaterThanOrEqual(kept);
    expect(step).toBeLessThan(STEPS);
    await next.page.click("text=Go on with it");
    expect(await trainedIn(next.page)).toBe(expected);
    await kill(next);
  });
});
