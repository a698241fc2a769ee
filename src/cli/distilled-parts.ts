import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import { removeTemporariesIn, writeAtomically } from "../runs/durable.node.ts";
import { readSmallText } from "../runs/read-file.node.ts";

/** A translated line and the links of its words, in Pharaoh's notation. */
export type DistilledLine = readonly [text: string, links: string];

/** Translated lines in a folder, one file a window: what is done survives an interruption. */
export interface DistilledParts {
  /** Whether a window was done before. */
  readonly has: (window: number) => boolean;
  readonly write: (window: number, lines: readonly DistilledLine[]) => void;
  readonly read: (window: number) => readonly DistilledLine[];
  readonly remove: () => void;
}

const ABOUT = "about.json";
const nameOf = (window: number): string => `part-${String(window).padStart(6, "0")}.json`;

/**
 * Opens a folder of parts, new or left by an earlier process.
 *
 * @param about  What the lines depend on: teacher, text, search.
 * @throws ERR_CREATE when the parts that are there depend on something else.
 */
export function openParts(folder: string, about: object): DistilledParts {
  const [file, asked] = [join(folder, ABOUT), JSON.stringify(about)];
  if (existsSync(file) && readSmallText(file) !== asked) {
    const cause = "was begun with another teacher, other lines or another search";
    throw heedError("ERR_CREATE", { where: folder, cause, remedy: "remove it, or choose another --to" });
  }
  mkdirSync(folder, { recursive: true });
  removeTemporariesIn([folder]);
  writeAtomically(file, asked);
  const done = new Set(readdirSync(folder));
  return {
    has: (window) => done.has(nameOf(window)),
    write: (window, lines) => {
      writeAtomically(join(folder, nameOf(window)), JSON.stringify(lines));
      done.add(nameOf(window));
    },
    read: (window) => JSON.parse(readSmallText(join(folder, nameOf(window)))) as DistilledLine[],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
