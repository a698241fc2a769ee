import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LexicalShortlist } from "../decoding/shortlist.ts";
import { heedError } from "../errors.ts";
import { marianShortlistIn, readMarianShortlist } from "../formats/marian/folder.node.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import { codec } from "./codec.ts";
import { writeAtomically } from "./durable.node.ts";
import { readWhole } from "./read-file.node.ts";

/** The lexical shortlist of a run, if it has one. */
export const SHORTLIST_FILE = "shortlist.safetensors";

/** The run's own shortlist or, in a folder of Marian's that has none, the published one. */
export function shortlistPath(directory: string): string {
  const own = join(directory, SHORTLIST_FILE);
  return existsSync(own) ? own : (marianShortlistIn(directory) ?? own);
}

/** Writes a run's shortlist. @returns its path */
export function writeShortlist(directory: string, shortlist: LexicalShortlist): string {
  const path = join(directory, SHORTLIST_FILE);
  writeAtomically(path, encodeShortlist(shortlist));
  return path;
}

/** The content of `SHORTLIST_FILE`. */
export function encodeShortlist({ common, translations, each }: LexicalShortlist): Uint8Array {
  const tensors = new Map([
    ["common", { dtype: "int32", shape: [common.length], data: common }],
    ["translations", { dtype: "int32", shape: [translations.length / each, each], data: translations }],
  ] as const);
  return codec.encode(tensors);
}

/** The shortlist that was published with a folder of Marian's, if there is one. @throws ERR_INPUT, ERR_MODEL */
export function publishedShortlist(directory: string, target: Tokenizer): LexicalShortlist | undefined {
  const path = marianShortlistIn(directory);
  if (path === undefined) return undefined;
  // The model has padding behind the pieces of its file.
  return readMarianShortlist(path, { pieces: target.size - 1, size: target.size, end: target.special.eos });
}

/**
 * Reads a run's shortlist.
 *
 * @param hint  The command that makes one.
 * @throws ERR_INPUT when there is none, ERR_MODEL when it does not fit the vocabularies.
 */
export function readShortlist(
  directory: string,
  { source, target }: Tokenizers,
  hint: string,
): LexicalShortlist {
  const path = shortlistPath(directory);
  if (!existsSync(path)) throw heedError("ERR_INPUT", { where: path, cause: "does not exist", remedy: hint });
  if (!path.endsWith(SHORTLIST_FILE)) return publishedShortlist(directory, target) as LexicalShortlist;
  const tensors = codec.decode(readWhole(path), path);
  const [common, translations] = [tensors.get("common"), tensors.get("translations")];
  const [rows, each] = translations?.shape ?? [];
  const isId = (id: number | bigint): boolean => Number(id) >= 0 && Number(id) < target.size;
  const fits =
    common?.data instanceof Int32Array &&
    translations?.data instanceof Int32Array &&
    (rows as number) === source.size &&
    common.data.length > 0 &&
    common.data.every(isId) &&
    translations.data.every((id) => id === -1 || isId(id));
  if (!fits) {
    const cause = "it does not fit the run's vocabularies";
    throw heedError("ERR_MODEL", { where: path, cause, remedy: hint });
  }
  return { common: common.data, translations: translations.data, each: each as number };
}
