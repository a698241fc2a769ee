import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "heed-data-"));

let files = 0;

/** Writes a temporary file; returns its path. */
export function temporary(content: string | Uint8Array, name = "text"): string {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, content);
  return path;
}

export const temporaryFolder: string = folder;

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

/** The error that taking all of `items` ends with. */
export async function failure(items: AsyncIterable<unknown> | Promise<unknown>): Promise<unknown> {
  try {
    await (Symbol.asyncIterator in items ? all(items) : items);
  } catch (error) {
    return error;
  }
  throw new Error("no error was thrown");
}
