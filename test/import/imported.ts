/** The folders of test/golden/import as runs, and what Python made of them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importRun } from "../../src/runs/import-run.node.ts";
import { openRun, type openRunOf } from "../../src/runs/open-run.node.ts";
import { writeFiles } from "../formats/write-files.ts";
import type { Encoded } from "../golden-floats.ts";

export const folderOf = (name: string): string => join(import.meta.dirname, "../golden/import", name);

export interface Expected {
  readonly inputs: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly target?: readonly (readonly number[])[];
  readonly logits?: Encoded;
  readonly vectors?: Encoded;
  readonly generated?: readonly (readonly number[])[];
  readonly text?: readonly string[];
}

export const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(folderOf(name), "expected.json"), "utf8"));

/** A folder to write runs to. */
export const temporary = (): string => mkdtempSync(join(tmpdir(), "heed-import-"));

/** Imports a folder of test/golden/import and opens it. */
export function imported(name: string): ReturnType<typeof openRun> {
  const folder = temporary();
  try {
    writeFiles(join(folder, "run"), importRun(folderOf(name)).files);
    return openRun(join(folder, "run"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As `imported`, of one task. */
export const importedOf = <Name extends Parameters<typeof openRunOf>[1]>(
  name: string,
  task: Name,
): ReturnType<typeof openRunOf<Name>> => {
  const run = imported(name);
  if (run.task !== task) throw new Error(`${name} is for ${run.task}`);
  return run as unknown as ReturnType<typeof openRunOf<Name>>;
};
