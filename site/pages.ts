/** The pages of the site: documents of the repository, what is generated from the code, and the files they link to. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { inlinePictures } from "./inline-pictures.ts";
import { linksIn, replaceLinks, withoutMarkup } from "./links.ts";
import { apiPages } from "./reference/api.ts";
import { commandsPage } from "./reference/commands.ts";
import { configurationPage } from "./reference/configuration.ts";
import { errorsPage } from "./reference/errors.ts";
import { sourcePage } from "./source-page.ts";

export const root = join(import.meta.dirname, "..");

/** Documents outside docs/, and where the site shows them. */
const others: Readonly<Record<string, string>> = {
  "site/home.md": "index.md",
  "CONTRIBUTING.md": "inside/contributing.md",
  "CHANGELOG.md": "inside/changelog.md",
};
/** The site's start page says what README says. */
const HOME = "index.md";

/** Writes every page below `folder`. */
export async function layOut(folder: string): Promise<void> {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const documents = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) =>
    posix.join("docs", name.replaceAll("\\", "/")),
  );
  cpSync(join(root, "docs"), folder, { recursive: true, filter: (path) => extname(path) !== ".md" });
  const sources = new Set<string>();
  for (const path of [...documents.filter((name) => name.endsWith(".md")), ...Object.keys(others)]) {
    const text = readFileSync(join(root, path), "utf8");
    for (const target of linksIn(text)) {
      const file = posix.join(posix.dirname(path), target);
      if (pathOnSite(file).startsWith("source/")) sources.add(file);
    }
    const here = pathOnSite(path);
    const linked = replaceLinks(withoutMarkup(text), (target) => {
      const there = pathOnSite(posix.join(posix.dirname(path), target));
      const relative = posix.relative(posix.dirname(here), there);
      return relative.startsWith(".") ? relative : `./${relative}`;
    });
    write(here, inlinePictures(linked, join(root, dirname(path))));
  }
  for (const file of sources) write(pathOnSite(file), sourcePage(file));
  write("reference/commands.md", await commandsPage());
  write("reference/configuration.md", configurationPage());
  write("reference/errors.md", errorsPage());
  for (const { path, text } of await apiPages()) write(join("reference", path), text);
}

/** docs/taps.md -> taps.md; a file that is no document has a page with its text: source/examples/attention.ts.md. */
function pathOnSite(file: string): string {
  if (file === "README.md") return HOME;
  const other = others[file];
  if (other !== undefined) return other;
  if (file.startsWith("docs/")) return file.slice("docs/".length);
  return posix.join("source", `${file.replace(/\/$/, "")}.md`);
}
