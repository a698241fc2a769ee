import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { trainerOf } from "./lock.node.ts";
import { type RecordedRun, recordedRun } from "./recorded-run.ts";
import { marksRun } from "./records.ts";

/** The run directories below a directory, itself included, sorted by name. @throws ERR_INPUT */
export function findRuns(directory: string): string[] {
  const visit = (at: string): string[] => {
    const entries = readdirSync(at, { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    if (marksRun.some((name) => names.has(name))) return [at];
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
      .map(({ name }) => name)
      .sort(new Intl.Collator("en", { numeric: true }).compare)
      .flatMap((name) => visit(join(at, name)));
  };
  try {
    return visit(directory);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw heedError("ERR_INPUT", { where: directory, cause: `cannot be read (${code})` }, cause);
  }
}

/** Reads what a run has recorded. Errors do not throw: they become its state and reason. */
export const readRecordedRun = (directory: string): RecordedRun =>
  recordedRun({
    directory,
    text: (file) => {
      const path = join(directory, file);
      return existsSync(path) ? readFileSync(path, "utf8") : undefined;
    },
    trainer: () => trainerOf(directory),
  });
