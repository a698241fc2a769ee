import { basename, resolve } from "node:path";
import { heedError } from "../errors.ts";
import { isModelFolder, openRun } from "../runs/open-run.node.ts";
import { findRuns } from "../runs/recorded-run.node.ts";
import { holdsModel } from "./studio-server.ts";

/**
 * The runs at some paths, by the names that they have in the studio: a run has that of its folder, and a run in a folder of
 * runs its path there. Names that are alike are numbered.
 *
 * @throws ERR_INPUT for a path that is neither a run nor holds any; ERR_MODEL for a run whose model cannot be opened.
 */
export function namedRuns(paths: readonly string[]): Map<string, string> {
  const named = new Map<string, string>();
  const add = (plain: string, directory: string): void => {
    let name = plain;
    for (let n = 2; named.has(name); n++) name = `${plain}-${n}`;
    named.set(name, directory);
  };
  for (const path of paths.map((each) => resolve(each))) {
    const own = nameOf(basename(path));
    if (holdsModel(path) || isModelFolder(path)) {
      openRun(path);
      add(own, path);
      continue;
    }
    const found = findRuns(path);
    if (found.length === 0) {
      const remedy = "give a folder that `heed train --run` or `heed export` wrote, or one that holds runs";
      throw heedError("ERR_INPUT", { where: path, cause: "is no run and holds none", remedy });
    }
    for (const directory of found) {
      const below = directory.slice(path.length + 1).split(/[\\/]/);
      const inside = directory === path ? own : below.map(nameOf).join("/");
      add(paths.length > 1 && directory !== path ? `${own}/${inside}` : inside, directory);
    }
  }
  return named;
}

/** A name that can stand in an address and be read there. */
const nameOf = (folder: string): string => folder.replace(/[^\p{L}\p{N}_.,=+-]/gu, "_");
