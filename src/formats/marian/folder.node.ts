import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../../errors.ts";
import type { ModelFolder } from "../huggingface/families/family.ts";
import { decodeSentencePiece, tokenizerJsonOf } from "../sentencepiece.ts";
import { decodeMarian, isMarian } from "./items.ts";
import {
  decodeMarianShortlist,
  isMarianShortlist,
  type ListedVocabulary,
  type MarianShortlist,
} from "./shortlist.ts";

/** Largest files that are read, in bytes. */
const LARGEST = { model: 2 ** 31 - 1, vocabulary: 2 ** 26, shortlist: 2 ** 26 } as const;

/** The name of a folder's model in Marian's binary format; undefined if there is none. */
export const marianModelIn = (directory: string): string | undefined =>
  namesIn(directory, /^model\b.*\.bin$/).find((name) => isMarian(startOf(join(directory, name))));

/**
 * The path of the shortlist beside a folder's model in Marian's binary format; undefined if there is none.
 *
 * @throws ERR_INPUT when there are several.
 */
export function marianShortlistIn(directory: string): string | undefined {
  // A folder of Hugging Face's library is read as one, whatever else is in it.
  if (existsSync(join(directory, "model.safetensors")) || marianModelIn(directory) === undefined)
    return undefined;
  const paths = namesIn(directory, /^lex\b.*\.bin$/).map((name) => join(directory, name));
  const [path, ...others] = paths.filter((each) => isMarianShortlist(startOf(each)));
  if (others.length === 0) return path;
  const cause = `has ${others.length + 1} shortlists (lex.….bin)`;
  throw heedError("ERR_INPUT", { where: directory, cause, remedy: "leave the one of this direction" });
}

/** Reads a shortlist that `marianShortlistIn` found. @throws ERR_MODEL as `decodeMarianShortlist`. */
export const readMarianShortlist = (path: string, vocabulary: ListedVocabulary): MarianShortlist =>
  decodeMarianShortlist(readLimited(path, LARGEST.shortlist), path, vocabulary);

function namesIn(directory: string, pattern: RegExp): string[] {
  if (!statSync(directory).isDirectory()) return [];
  return readdirSync(directory).filter((name) => pattern.test(name));
}

function startOf(path: string): Uint8Array {
  const start = new Uint8Array(16);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return start;
  const file = openSync(path, "r");
  try {
    return start.subarray(0, readSync(file, start, 0, 16, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a folder with a model in Marian's binary format and its SentencePiece vocabulary, as published for Bergamot, in the
 * terms of a model folder.
 *
 * @throws ERR_INPUT when there is not exactly one vocabulary; ERR_MODEL for damaged files.
 */
export function readMarianFolder(directory: string, model: string): ModelFolder {
  const vocabularies = readdirSync(directory).filter((name) => name.endsWith(".spm"));
  const [name] = vocabularies;
  if (name === undefined || vocabularies.length > 1) {
    const cause = `has ${vocabularies.length} vocabularies (.spm); one is read, for both languages`;
    throw heedError("ERR_INPUT", { where: directory, cause });
  }
  const { tensors, settings } = decodeMarian(
    readLimited(join(directory, model), LARGEST.model),
    join(directory, model),
  );
  const where = join(directory, name);
  const vocabulary = decodeSentencePiece(readLimited(where, LARGEST.vocabulary), where);
  const files: Readonly<Record<string, unknown>> = {
    "config.json": { ...settings, model_type: "marian-nmt", vocab_size: vocabulary.pieces.length },
    "tokenizer.json": tokenizerJsonOf(vocabulary, { end: "</s>", where }),
  };
  return { where: directory, tensors, json: (asked) => files[asked] };
}

function readLimited(path: string, most: number): Uint8Array {
  const { size } = statSync(path);
  if (size <= most) return readFileSync(path);
  throw heedError("ERR_MODEL", { where: path, cause: `has ${size} bytes; at most ${most} are read` });
}
