/** The tests' page as Vite bundles it for people, and a server for it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Plugin, preview } from "vite";

const root = join(import.meta.dirname, "../..");
const everySubpath = "virtual:every-subpath";

/** `heed/ops` is what a page gets of it: src/ops/index.web.ts where there is one, or else src/ops/index.ts. */
export const sourceOfHeed: Plugin = {
  name: "source-of-heed",
  enforce: "pre",
  resolveId: (specifier) => {
    if (specifier === everySubpath) return `\0${everySubpath}`;
    const found = /^heed(?:\/([a-z]+))?$/.exec(specifier);
    if (!found) return undefined;
    const entries = ["index.web.ts", "index.ts"].map((name) => join(root, "src", found[1] ?? "", name));
    return entries.find((path) => existsSync(path));
  },
  load: (id) => {
    if (id !== `\0${everySubpath}`) return undefined;
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      exports: Readonly<Record<string, unknown>>;
    };
    const specifiers = Object.keys(exports)
      .filter((path) => !path.endsWith(".json"))
      .map((path) => path.replace(/^\./, "heed"));
    const lines = specifiers.map((specifier, i) => `import * as _${i} from "${specifier}";`);
    const members = specifiers.map((specifier, i) => `"${specifier}": Object.keys(_${i})`);
    return `${lines.join("\n")}\nexport const names = { ${members.join(", ")} };`;
  },
};

/** Vite would put something empty in place of a module of Node; here it is an error. */
const nothingOfNode: Plugin = {
  name: "nothing-of-node",
  enforce: "pre",
  resolveId: (specifier, importer) => {
    if (!specifier.startsWith("node:") && !builtinModules.includes(specifier)) return undefined;
    // onnxruntime-web asks for them only where it finds itself in Node.
    if (importer?.includes("/node_modules/onnxruntime-web/")) return { id: specifier, external: true };
    throw new Error(`${importer} imports ${specifier}, which a page has not`);
  },
};

export interface Bundle {
  /** Folder of the files to serve. */
  readonly folder: string;
  /** Removes it. */
  readonly remove: () => void;
}

/** @param page  Folder of its index.html. @throws when a module that a page gets needs Node. */
export async function bundlePage(page: string = import.meta.dirname): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "heed-page-"));
  const plugins = (): Plugin[] => [sourceOfHeed, nothingOfNode];
  await build({
    root: page,
    configFile: false,
    logLevel: "error",
    plugins: plugins(),
    worker: { format: "es", plugins },
    // Without it onnxruntime-web shares a helper with the page's own code, and every thread of WASM runs that code too.
    define: { require: "undefined" },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "esnext",
      assetsInlineLimit: 0,
    },
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Serves a bundle on a free port of this machine. @param isolated  With the headers that allow WASM to have threads. */
export async function serve(
  folder: string,
  { isolated }: { readonly isolated: boolean },
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = await preview({
    configFile: false,
    logLevel: "error",
    build: { outDir: folder },
    preview: { host: "127.0.0.1", port: 0, headers: isolated ? isolation : {} },
  });
  const { port } = server.httpServer.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
