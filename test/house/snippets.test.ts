/** Every `ts` fence of the documents is checked by the compiler. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const documents = [
  ...["README.md", "CONTRIBUTING.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) => join("docs", name)),
].filter((name) => name.endsWith(".md"));

const fences = documents.flatMap((name) =>
  [...readFileSync(join(root, name), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map((match, i) => ({
    file: `${name.replaceAll(/[/.]/g, "-")}-${i + 1}.ts`,
    code: match[1] ?? "",
  })),
);

test(`the ${fences.length} TypeScript snippets of the documents compile`, () => {
  expect(fences.length).toBeGreaterThan(0);
  const folder = join(root, ".house", "snippets");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, code } of fences) writeFileSync(join(folder, file), `${code}\nexport {};\n`);
  const config = { extends: "../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  try {
    execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout);
  }
  rmSync(folder, { recursive: true, force: true });
});
