/** The studio as files on any web server, which sends no headers of its own and offers no runs. */
import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { studioPage } from "../built.ts";
import { absentChromium, openChromium } from "../page/chromium.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
let server: Server;
let browser: Browser;

beforeAll(async () => {
  if (absentChromium) return;
  server = createServer(({ url = "/" }, response) => {
    const [, path] = /^\/some\/folder\/([^?]*)/.exec(url) ?? [];
    const file = path === undefined ? undefined : join(studioPage, path || "index.html");
    if (file === undefined || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await openChromium();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

test.skipIf(absentChromium)(
  `it translates in a folder of a plain server, on one thread, and says so${skipped}`,
  async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("requestfailed", (request) => problems.push(`${request.url()} failed`));
    const elsewhere: string[] = [];
    const { port } = server.address() as AddressInfo;
    page.on("request", (request) => {
      if (
        !request.url().startsWith(`http://127.0.0.1:${port}/some/folder/`) &&
        !/^(blob|data):/.test(request.url())
      )
        elsewhere.push(request.url());
    });
    await page.goto(`http://127.0.0.1:${port}/some/folder/`);
    await expect.poll(() => page.innerText(".translation")).toMatch(/voyons/);
    expect(await page.innerText(".device")).toMatch(/1 thread/);
    expect(await page.innerText(".opened")).toContain("one thread");
    expect({ problems, elsewhere }).toEqual({ problems: [], elsewhere: [] });
  },
);
