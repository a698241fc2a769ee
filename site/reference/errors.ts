import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cell, fence, table } from "./markdown.ts";

const src = join(import.meta.dirname, "../../src");
const ENTRY = /\/\*\* (.*?) \*\/\n\s*(ERR_[A-Z]+): \{ exit: (\d+), text: (\w+) \}/g;

/** Every code of an error, from the table in src/errors.ts. */
export function errorsPage(): string {
  const entries = [...readFileSync(join(src, "errors.ts"), "utf8").matchAll(ENTRY)];
  const rows = entries.map(([, meaning = "", code = "", exit = ""]) => [`\`${code}\``, exit, cell(meaning)]);
  return [
    "# Errors",
    "What Heed refuses, it refuses in one line: what is wrong, where, and what to do.",
    fence("text", 'heed: error: config.yaml: unknown key "modle"; did you mean "model"?'),
    "A program reads `error.code` of a `HeedError`; the command line ends with the status. 0 is success, 130 and 143 an " +
      "interruption. `HEED_DEBUG=1` adds the stack.",
    table(["code", "exit status", "what is wrong"], rows),
    "Codes of operations (`ERR_SHAPE` to `ERR_RUNTIME`) name the operation and its operands:",
    fence("text", "matmul: axis -1 of left is 64 but axis -2 of right is 32. left [2, 64] · right [32, 10]"),
    "",
  ].join("\n\n");
}
