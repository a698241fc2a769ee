/** `npm run docs`: lays out the pages and has VitePress build them into site/dist. A dead link ends the build. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vitepress";
import { layOut } from "./pages.ts";

const site = import.meta.dirname;
const pages = join(site, "pages");

rmSync(pages, { recursive: true, force: true });
await layOut(pages);
await build(site);
