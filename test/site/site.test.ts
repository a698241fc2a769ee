/** The documentation is built, and every link in it leads to a page and a place that exist. VitePress refuses dead pages. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const dist = join(root, "site/dist");

/** Pages by path, with the places in them that a link may name. */
const pages = new Map<string, { readonly html: string; readonly ids: ReadonlySet<string> }>();

beforeAll(() => {
  execFileSync(process.execPath, ["--import", "tsx", "site/build.ts"], { cwd: root, stdio: "pipe" });
  for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".html")) continue;
    const html = readFileSync(join(dist, path), "utf8");
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string));
    pages.set(path.replaceAll("\\", "/"), { html, ids });
  }
}, 600_000);

const decoded = (text: string): string => decodeURIComponent(text.replaceAll("&amp;", "&"));

test("every link and picture of every page leads somewhere", () => {
  const dead: string[] = [];
  let count = 0;
  for (const [path, { html, ids }] of pages) {
    for (const [, target = ""] of html.matchAll(/ (?:href|src)="([^"]+)"/g)) {
      if (/^(https?|mailto|data):/.test(target)) continue;
      const [file = "", place = ""] = target.split("#");
      const full = file.startsWith("/") ? file.slice(1) : posix.join(posix.dirname(path), file);
      const page = full === "" || full.endsWith("/") ? `${full}index.html` : full;
      const found = file === "" ? { ids } : pages.get(page);
      count += 1;
      if (!found ? !existsSync(join(dist, page)) : place !== "" && !found.ids.has(decoded(place)))
        dead.push(`${path}: ${target}`);
    }
  }
  expect(count).toBeGreaterThan(1000); // It does find them.
  expect([...new Set(dead)]).toEqual([]);
});

test("nothing is loaded from elsewhere", () => {
  const loaded = /<(?:script|img|iframe)[^>]* src="https?:|<link[^>]* href="https?:/;
  expect([...pages].filter(([, { html }]) => loaded.test(html)).map(([path]) => path)).toEqual([]);
});

test("pictures of models stand in their chapters", () => {
  const chapters = [...pages].filter(([path]) => /^lecture\/\d\d-/.test(path));
  expect(chapters).toHaveLength(10);
  const without = chapters.filter(([, { html }]) => !/<svg[^>]* class="(picture|curves)/.test(html));
  expect(without.map(([path]) => path)).toEqual([]);
});

test("an equation of a docstring keeps its lines", () => {
  expect(pages.get("reference/layers.html")?.html).toContain(
    "Attention(Q, K, V) = softmax(Q Kᵀ / sqrt(d_key)) V",
  );
});
