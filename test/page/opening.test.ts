/** Models opened by their address in Chromium: of the page's own site and of others, once and again. */
import { cpSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Served, served } from "../runs/served.ts";
import { type Bundle, bundlePage, serve } from "./bundle.ts";
import { absentChromium, openChromium } from "./chromium.ts";
import type { page as opening, Tried } from "./opening/page.ts";

const model = join(import.meta.dirname, "../../studio/public/models/phrasebook");

describe.skipIf(absentChromium)(
  `models by their address in a page (skipped: ${absentChromium ?? "no"})`,
  () => {
    let bundle: Bundle;
    let site: Awaited<ReturnType<typeof serve>>;
    let browser: Browser;
    let page: Page;
    const others: Served[] = [];

    beforeAll(async () => {
      bundle = await bundlePage(join(import.meta.dirname, "opening"));
      cpSync(model, join(bundle.folder, "en-fr"), { recursive: true });
      site = await serve(bundle.folder, { isolated: false });
      browser = await openChromium();
      page = await browser.newPage();
      await page.goto(site.url);
      await page.waitForFunction("'page' in globalThis");
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
      for (const { close } of others) close();
      bundle?.remove();
    });

    /** Another site with the model, which sends these headers. */
    async function otherSite(headers: OutgoingHttpHeaders): Promise<Served> {
      const other = await served(model, (_, response) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
        return false;
      });
      others.push(other);
      return other;
    }

    const translate = (address: string, options: { readonly cache?: boolean } = {}): Promise<Tried> =>
      page.evaluate(
        ([address, options]) =>
          (globalThis as unknown as { page: typeof opening }).page.translate(address, options),
        [address, options] as const,
      );

    test("one of the page's own site, by a relative address", async () => {
      const { text, problem, arrived } = await translate("en-fr");
      expect(problem).toBeUndefined();
      expect(text).toContain("voiture");
      expect(arrived.map(({ file }) => file).sort()).toEqual([
        "config.yaml",
        "model.safetensors",
        "tokenizer.json",
      ]);
      for (const { loaded, total } of arrived) expect([loaded, undefined]).toContain(total);
    });

    test("of a missing one, a server that answers with its page is not believed", async () => {
      expect((await translate("/nothing/")).problem).toBe(
        `${site.url}nothing: has neither config.yaml nor config.json; give the address of a run's folder, or of an exported model's`,
      );
    });

    test("one of another site that does not allow it", async () => {
      const { url } = await otherSite({});
      expect((await translate(url)).problem).toBe(
        `${url}config.yaml: cannot be reached, or may not be read by this site; check the address, and that its server sends Access-Control-Allow-Origin: ${new URL(site.url).origin}`,
      );
    });

    test("one of another site that allows it: the second time it comes from the cache", async () => {
      const { url, asked } = await otherSite({
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag",
      });
      expect((await translate(url)).text).toContain("voiture");
      expect(asked).toEqual(
        ["/config.yaml", "/model.safetensors", "/tokenizer.json"].map((path) => `GET ${path}`),
      );
      asked.length = 0;
      const again = await translate(url);
      expect(again.text).toContain("voiture");
      expect(again.arrived).toEqual([]);
      expect(asked.filter((request) => !request.startsWith("HEAD"))).toEqual([]);
      asked.length = 0;
      await translate(url, { cache: false });
      expect(asked.filter((request) => request.startsWith("GET"))).toHaveLength(3);
    });
  },
);
