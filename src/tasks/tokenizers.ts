import { heedError } from "../errors.ts";
import { importedTokenizer, type TokenizerIds } from "../text/imported-tokenizer.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import { tokenizerFromJson } from "../text/tokenizer-json.ts";
import type { RunFiles } from "./run-files.ts";
import { idsFile, separate, shared } from "./tokenizer-names.ts";

/** Vocabularies as the files of a run, by name: one file when source and target share a vocabulary. */
export function tokenizerFiles({ source, target }: Tokenizers): Record<string, unknown> {
  return source === target
    ? fileOf(source, shared)
    : { ...fileOf(source, separate.source), ...fileOf(target, separate.target) };
}

/** The vocabulary of one side, as a file of a run that has one for each. */
export const keptTokenizerFile = (tokenizers: Tokenizers, side: keyof Tokenizers): Record<string, unknown> =>
  fileOf(tokenizers[side], separate[side]);

const fileOf = (tokenizer: Tokenizer, name: string): Record<string, unknown> => ({
  [name]: tokenizer.toJSON(),
  ...(tokenizer.ids ? { [idsFile(name)]: tokenizer.ids } : {}),
});

/** The vocabularies that a run has, where one side may be missing. @throws ERR_MODEL naming a file that is damaged. */
export function readKnownTokenizers(files: RunFiles): Partial<Tokenizers> {
  if (files.has(shared)) return readTokenizers(files);
  const sides = Object.entries(separate).filter(([, name]) => files.has(name));
  return Object.fromEntries(sides.map(([side, name]) => [side, readTokenizer(files, name)]));
}

interface ImportedTokenizer {
  readonly json: unknown;
  readonly ids: TokenizerIds;
}

/** Imported vocabularies as the files of a run, by name; without a target's, both sides have the one. */
export function importedTokenizerFiles(sides: {
  readonly source: ImportedTokenizer;
  readonly target?: ImportedTokenizer;
}): Record<string, unknown> {
  const { source, target } = sides;
  const files = (name: string, { json, ids }: ImportedTokenizer): Record<string, unknown> => ({
    [name]: json,
    [idsFile(name)]: ids,
  });
  return target
    ? { ...files(separate.source, source), ...files(separate.target, target) }
    : files(shared, source);
}

/** The vocabularies of a run. @throws ERR_MODEL naming a file that is missing or damaged. */
export function readTokenizers(files: RunFiles): Tokenizers {
  if (files.has(separate.source)) {
    return { source: readTokenizer(files, separate.source), target: readTokenizer(files, separate.target) };
  }
  const source = readTokenizer(files);
  return { source, target: source };
}

/** The one vocabulary of a run. @throws ERR_MODEL when it is missing or damaged. */
export function readTokenizer(files: RunFiles, name: string = shared): Tokenizer {
  const where = `${files.where}/${name}`;
  const ids = idsFile(name);
  if (files.has(ids)) return importedTokenizer(files.json(name), readIds(files, ids), where);
  return tokenizerFromJson(files.json(name), where);
}

function readIds(files: RunFiles, name: string): TokenizerIds {
  const ids = files.json(name);
  const isWhole = (key: string): boolean => Number.isSafeInteger((ids as Record<string, unknown>)[key]);
  const isIds =
    typeof ids === "object" && ids !== null && ["size", "pad", "unk", "bos", "eos"].every(isWhole);
  if (isIds) return ids as TokenizerIds;
  const where = `${files.where}/${name}`;
  throw heedError("ERR_MODEL", { where, cause: "does not have the ids of the special tokens" });
}
