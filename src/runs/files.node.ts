import { existsSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import type { RunFiles } from "../tasks/run-files.ts";
import { readWhole } from "./read-file.node.ts";

/** The files of a run directory. */
export function directoryFiles(directory: string): RunFiles {
  return {
    where: directory,
    has: (name) => existsSync(join(directory, name)),
    json: (name) => {
      const where = join(directory, name);
      const text = readWhole(where).toString("utf8");
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        throw heedError("ERR_MODEL", { where, cause: "cannot be read as JSON" }, cause);
      }
    },
  };
}
