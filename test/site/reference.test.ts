/** What the reference generates from the code is complete. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandsPage } from "../../site/reference/commands.ts";
import { configurationPage } from "../../site/reference/configuration.ts";
import { errorsPage } from "../../site/reference/errors.ts";
import { withCode } from "../../site/reference/markdown.ts";
import { flagOf } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/main.ts";
import { flatten } from "../../src/config/flat.ts";
import { parseConfig } from "../../src/config/parse.ts";

const root = join(import.meta.dirname, "../..");

test("every command has its options, defaults and ranges", async () => {
  const page = await commandsPage();
  for (const load of Object.values(commands)) {
    const { name, options } = (await load()).default;
    const from = page.indexOf(`\n## heed ${name}\n`);
    const section = page.slice(from, page.indexOf("\n## ", from + 1));
    expect(from, name).toBeGreaterThan(0);
    for (const option of Object.keys(options)) expect(section).toContain(`\`${flagOf(option)}`);
  }
  expect(page).toMatch(/`--beam N` \|[^|]+\|[^|]*\| whole number, 1 to 100 \|/);
});

describe("every key of a configuration", () => {
  const page = configurationPage();

  test.each([
    "data: { train: { pairs: a.tsv }, valid: { pairs: b.tsv } }",
    "task: generate\ndata: { train: { text: a.txt }, valid: { text: b.txt } }",
    "task: classify\ndata: { train: { labelled: a.tsv }, valid: { labelled: b.tsv } }\nmodel: { kind: gru }",
  ])("%s", (text) => {
    const keys = [...flatten(parseConfig(text, "test")).keys()];
    const asShown = keys.map((key) => key.replace(/^(data\.(?:train|valid))\..*/, "$1"));
    expect(asShown.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  });

  test("with its default, its range, and what depends on the data", () => {
    expect(page).toContain(
      "| `model.dropout` | fraction of activations dropped; at least 0, below 1 | `0.1` | number from 0 below 1 |",
    );
    expect(page).toMatch(/\| `training.epochs` \| 60 \| 100 \| 50 \| 30 \| 10 \|/);
  });
});

test("every code of an error has a meaning and a status", () => {
  const codes = [
    ...readFileSync(join(root, "src/errors.ts"), "utf8").matchAll(/^ {2}(ERR_\w+): \{ exit: (\d+)/gm),
  ];
  expect(codes.length).toBeGreaterThan(10);
  const page = errorsPage();
  for (const [, code, exit] of codes)
    expect(page).toMatch(new RegExp(`\\| \`${code}\` \\| ${exit} \\| .{10,} \\|`));
});

test("indented lines are code, others prose without markup", () => {
  expect(withCode("A <tag> and *stars*:\n\n  a: { b: c }\n\n  d: e\n\nEnd.")).toBe(
    "A &lt;tag> and \\*stars\\*:\n\n```text\na: { b: c }\n\nd: e\n```\n\nEnd.",
  );
});

test("the site lists every document", () => {
  const sidebar = readFileSync(join(root, "site/.vitepress/config.ts"), "utf8");
  const documents = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.replace(/\.md$/, "").replace(/^.*\//, ""))
    .filter((name) => name !== "index");
  const listed = (name: string): boolean => new RegExp(`["/]?${name}"?:|/${name}"`).test(sidebar);
  expect(documents.filter((name) => !listed(name))).toEqual([]);
});
