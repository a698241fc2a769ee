/** Debian's Chromium, or the one that CHROMIUM names. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

export const chromiumPath = process.env.CHROMIUM || "/usr/bin/chromium";

/** Why there is no page to test in; undefined where there is. */
export const absentChromium = existsSync(chromiumPath)
  ? undefined
  : `there is no ${chromiumPath}: install Chromium or name one in CHROMIUM`;

const args = [
  ...["--no-sandbox", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
  // WebGPU computed by the CPU, where there is no graphics card.
  ...["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  ...["--enable-features=Vulkan", "--use-vulkan=swiftshader"],
];

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath, args, headless: true });

/** Opens a page that sets `globalThis.page`; what goes wrong in it is shown. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error("page:", error.message));
  page.on("console", (message) => {
    if (message.type() === "error") console.error("page:", message.text());
  });
  await page.goto(url);
  await page.waitForFunction("'page' in globalThis");
  return page;
}
