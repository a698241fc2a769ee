/** examples/page as its README says: installed beside the packed package, built, served and used in Chromium. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archive, unpacked } from "../built.ts";
import { absentRegistry, shellIn } from "../house/npm.ts";
import { absentChromium, openChromium } from "../page/chromium.ts";

const root = join(import.meta.dirname, "../..");
const absent = absentChromium ?? absentRegistry();

describe.skipIf(absent)(`the app of examples/page (skipped: ${absent ?? "no"})`, () => {
  let folder: string;
  let server: ChildProcess;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "heed-app-"));
    cpSync(join(unpacked, "examples/page"), folder, { recursive: true });
    // In place of the published package.
    const manifest = readFileSync(join(folder, "package.json"), "utf8");
    writeFileSync(
      join(folder, "package.json"),
      manifest.replace(/"heed": "[^"]+"/, `"heed": "file:${archive}"`),
    );
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const [, commands = ""] = /^```sh\n(.*?)^```/ms.exec(readme) ?? [];
    const lines = commands.trim().split("\n");
    expect(lines.at(-1)).toBe("npm run preview");
    for (const line of lines.slice(0, -1)) {
      const { status, stdout, stderr } = shellIn(folder, line, { npm_config_prefer_offline: "true" });
      expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
    }
    server = spawn("npm", ["run", "preview", "--", "--host", "127.0.0.1", "--port", "0"], {
      cwd: folder,
      detached: true,
    });
    let said = "";
    server.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    while (!/http:\S+/.test(said)) await once(server.stdout as NonNullable<typeof server.stdout>, "data");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Vite colours the port.
    url = /http:\S+/.exec(said.replaceAll(/\x1b\[\d+m/g, ""))?.[0] ?? "";
    browser = await openChromium();
  }, 420_000);

  afterAll(async () => {
    await browser?.close();
    if (server?.pid) process.kill(-server.pid);
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page, and whatever went wrong in it. */
  async function opened(path: string): Promise<{ page: Page; wrong: string[]; asked: string[] }> {
    const page = await (await browser.newContext()).newPage();
    const [wrong, asked]: [string[], string[]] = [[], []];
    page.on("pageerror", ({ message }) => wrong.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(message.text());
    });
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(new URL(path, url).href);
    return { page, wrong, asked };
  }

  test("its types are right", () => {
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const { status, stdout } = shellIn(folder, `node ${compiler} -p .`);
    expect(status, stdout).toBe(0);
  });

  test("translates, on as many threads as there are, from this server alone, and keeps the model", {
    timeout: 180_000,
  }, async () => {
    const { page, wrong, asked } = await opened("/");
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    const button = page.getByRole("button", { name: "Translate" });
    await button.click({ timeout: 120_000 });
    await page.locator("output").filter({ hasText: "voiture" }).waitFor({ timeout: 60_000 });
    expect(await page.locator("[role=status]").textContent()).toMatch(
      /^Computed in this page: (wasm|webgpu) \(/,
    );
    expect(asked.filter((address) => !/^(data|blob):/.test(address) && !address.startsWith(url))).toEqual([]);
    expect(
      await page.evaluate("caches.open('heed').then((cache) => cache.keys()).then((keys) => keys.length)"),
    ).toBe(3);
    await page.reload();
    await button.click({ timeout: 120_000 });
    await page.locator("output").filter({ hasText: "voiture" }).waitFor({ timeout: 60_000 });
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test("says what is wrong where there is no model", { timeout: 120_000 }, async () => {
    const page = await (await browser.newContext()).newPage();
    await page.route("**/en-fr/*", (route) => route.fulfill({ status: 404 }));
    await page.goto(url);
    await page
      .locator("[role=status]")
      .filter({ hasText: "has neither config.yaml nor config.json" })
      .waitFor();
    await page.context().close();
  });

  test("trains", { timeout: 180_000 }, async () => {
    const { page, wrong } = await opened("/train.html");
    await page.getByRole("button", { name: "Train" }).click({ timeout: 120_000 });
    await page.getByRole("table").waitFor({ timeout: 120_000 });
    const losses = (await page.getByRole("list").locator("li").allTextContents()).map(Number);
    expect(losses).toHaveLength(9);
    expect(losses.at(-1)).toBeLessThan(0.1);
    const rows = await page.getByRole("row").allTextContents();
    expect(
      rows
        .slice(1)
        .map((row) => /(\d+) %/.exec(row.slice(2))?.[1])
        .map((share) => Number(share) > 50),
    ).toEqual([false, true, true, false]);
    expect(wrong).toEqual([]);
    await page.context().close();
  });
});
