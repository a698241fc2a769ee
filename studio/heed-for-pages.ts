import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** `heed/nn` is what the package gives a page of it: src/nn/index.web.ts where there is one, or else src/nn/index.ts. */
export const heedForPages: Plugin = {
  name: "heed-for-pages",
  enforce: "pre",
  resolveId: (specifier) => {
    const found = /^heed(?:\/([a-z]+))?$/.exec(specifier);
    if (!found) return undefined;
    const folder = join(import.meta.dirname, "../src", found[1] ?? "");
    return ["index.web.ts", "index.ts"].map((name) => join(folder, name)).find((path) => existsSync(path));
  },
};
