/** The files of the page to translate in, and the headers that keep everything else out of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageDocument } from "./document.ts";
import { pageStyle } from "./style.ts";

export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/** Nothing but the page's own files may be loaded or run in it, and it asks nobody but its server. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const SCRIPT = "text/javascript; charset=utf-8";

/**
 * The files by their paths in the address: "", "page/style.css" and the scripts, as they are built.
 *
 * @param folder  Where the built scripts are. Default: beside this file.
 */
export function pageFiles(folder: string = import.meta.dirname): ReadonlyMap<string, PageFile> {
  const scripts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".web.js")) : [];
  return new Map([
    ["", { type: "text/html; charset=utf-8", body: pageDocument }],
    ["page/style.css", { type: "text/css; charset=utf-8", body: pageStyle }],
    ...scripts.map((name): [string, PageFile] => [
      `page/${name}`,
      { type: SCRIPT, body: readFileSync(join(folder, name), "utf8") },
    ]),
  ]);
}
