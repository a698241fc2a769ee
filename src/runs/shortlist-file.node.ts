import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LexicalShortlist } from "../decoding/shortlist.ts";
import { heedError } from "../errors.ts";
import type { Tokenizers } from "../text/tokenizer.ts";
import { codec } from "./codec.ts";
import { writeAtomically } from "./durable.node.ts";
import { readWhole } from "./read-file.node.ts";

/** The lexical shortlist of a run, if it has one. */
const SHORTLIST_FILE = "shortlist.safetensors";

export const shortlistPath = (directory: string): string => join(directory, SHORTLIST_FILE);

/** Writes a run's shortlist. @returns its path */
export function writeShortlist(directory: string, { common, translations, each }: LexicalShortlist): string {
  const path = shortlistPath(directory);
  const tensors = new Map([
    ["common", { dtype: "int32", shape: [common.length], data: common }],
    ["translations", { dtype: "int32", shape: [translations.length / each, each], data: translations }],
  ] as const);
  writeAtomically(path, codec.encode(tensors));
  return path;
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
