import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, posix } from "node:path";

const root = join(import.meta.dirname, "..");

/** A page with the text of a file of the repository, or with the names of a folder's files. */
export function sourcePage(path: string): string {
  const full = join(root, path);
  if (statSync(full).isDirectory()) {
    const names = readdirSync(full).map((name) => `- \`${posix.join(path, name)}\``);
    return page(path, `${names.join("\n")}\n`);
  }
  const text = readFileSync(full, "utf8").trimEnd();
  return page(path, `\`\`\`\`${extname(path).slice(1)}\n${text}\n\`\`\`\`\n`);
}

const page = (path: string, body: string): string =>
  `---\nsearch: false\noutline: false\n---\n# ${path.split("/").at(-1)}\n\n\`${path}\` of the repository and of the installed package.\n\n${body}`;
