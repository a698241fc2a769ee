/** Reads untrusted tokenizer.json files: every part is checked before any is used. */

import { heedError } from "../errors.ts";
import {
  decoderJson,
  legacyParts,
  lineBreak,
  linesParts,
  normalizerJson,
  postProcessorJson,
  preTokenizerJson,
  type SpecialIds,
  specialTokens,
  type TokenizerLayout,
} from "./layout.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { bytePiece, tokenizerOf } from "./vocabulary.ts";

/** Most ids and most merges of a file: `pairKey` needs ids below 2^21. */
const most = 2 ** 20;
const unpaired = /\p{Surrogate}/u;

/**
 * The tokenizer of a parsed tokenizer.json. Accepts only what `Tokenizer.toJSON` writes, or wrote in earlier versions, and
 * what is exported of a language model; anything else is refused, naming the part.
 *
 * @param json   The parsed file; untrusted.
 * @param where  Its name in messages. Default "tokenizer.json".
 * @throws ERR_MODEL naming the first fault found.
 */
export function tokenizerFromJson(json: unknown, where = "tokenizer.json"): Tokenizer {
  const refuse = (cause: string, remedy?: string): never => {
    throw heedError("ERR_MODEL", remedy === undefined ? { where, cause } : { where, cause, remedy });
  };
  const top = isObject(json) ? json : refuse("is not a JSON object");
  const model = isObject(top.model) ? top.model : refuse("model is not an object");
  const type = model.type === "BPE" || model.type === "WordLevel" ? model.type : undefined;
  if (!type) return refuse(`model.type ${show(model.type)} is not supported`, "use BPE or WordLevel");
  const isLines = isObject(model.vocab) && Object.hasOwn(model.vocab, lineBreak);
  const { pieces, ids } = readVocab(isLines ? withEnd(model.vocab) : model.vocab, refuse);
  const special = specialIds(ids, refuse);
  const layout: TokenizerLayout = {
    model: type,
    lowercase: difference(top.normalizer, normalizerJson(true), "") === undefined,
    byteFallback: type === "BPE" && model.byte_fallback === true,
  };

  const expect = (name: string, actual: unknown, expected: unknown): void => {
    const fault = difference(actual, expected, name);
    if (fault) refuse(fault, "use a tokenizer.json written by Heed");
  };
  expect("version", top.version, "1.0");
  expect("truncation", top.truncation ?? null, null);
  expect("padding", top.padding ?? null, null);
  expect("normalizer", top.normalizer, normalizerJson(layout.lowercase));
  expect("pre_tokenizer", top.pre_tokenizer, preTokenizerJson(layout));
  const isLegacy = !isLines && Array.isArray(top.added_tokens) && top.added_tokens.length > 0;
  const parts = {
    ...{ added_tokens: [], decoder: decoderJson(layout), post_processor: postProcessorJson(special) },
    ...(isLegacy ? legacyParts(layout, special) : isLines ? linesParts(layout, special.eos) : {}),
  };
  expect("post_processor", top.post_processor, parts.post_processor);
  expect("added_tokens", top.added_tokens, parts.added_tokens);
  expect("decoder", top.decoder, parts.decoder);
  expect("model.unk_token", model.unk_token, specialTokens.unk);
  if (type === "WordLevel") return tokenizerOf({ layout, pieces, merges: [] });

  expect("model.byte_fallback", model.byte_fallback ?? false, layout.byteFallback);
  for (const option of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"]) {
    expect(`model.${option}`, model[option] ?? null, null);
  }
  for (const option of ["fuse_unk", "ignore_merges"])
    expect(`model.${option}`, model[option] ?? false, false);
  if (layout.byteFallback) {
    for (let byte = 0; byte < 256; byte++) {
      if (!ids.has(bytePiece(byte)))
        refuse(`model.vocab has no ${bytePiece(byte)} though byte_fallback is true`);
    }
  }
  return tokenizerOf({ layout, pieces, merges: readMerges(model.merges, ids, refuse) });
}

type Refuse = (cause: string, remedy?: string) => never;

/** The vocabulary of a language model's file with </s> under its own name. */
const withEnd = (vocab: unknown): object =>
  Object.fromEntries(
    Object.entries(vocab as object).map(([piece, id]) => [
      piece === lineBreak ? specialTokens.eos : piece,
      id,
    ]),
  );

/** Ids must be 0 … n-1, each once. */
function readVocab(vocab: unknown, refuse: Refuse): { pieces: string[]; ids: Map<string, number> } {
  if (!isObject(vocab)) return refuse("model.vocab is not an object");
  const entries = Object.entries(vocab);
  if (entries.length > most) refuse(`model.vocab has ${entries.length} pieces; at most ${most} are allowed`);
  const pieces: string[] = new Array(entries.length);
  const isUsed = new Uint8Array(entries.length);
  for (const [piece, id] of entries) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= entries.length) {
      refuse(`model.vocab[${show(piece)}] is ${show(id)}; ids run from 0 to ${entries.length - 1}`);
    }
    if (isUsed[id as number]) refuse(`model.vocab[${show(piece)}] has id ${id}, which another piece has`);
    if (piece === "" || unpaired.test(piece))
      refuse(`model.vocab has the piece ${show(piece)}, which is empty or not valid Unicode`);
    isUsed[id as number] = 1;
    pieces[id as number] = piece;
  }
  return { pieces, ids: new Map(pieces.map((piece, id) => [piece, id])) };
}

function specialIds(ids: ReadonlyMap<string, number>, refuse: Refuse): SpecialIds {
  const find = (piece: string): number => ids.get(piece) ?? refuse(`model.vocab has no ${piece}`);
  return {
    pad: find(specialTokens.pad),
    unk: find(specialTokens.unk),
    bos: find(specialTokens.bos),
    eos: find(specialTokens.eos),
  };
}

function readMerges(merges: unknown, ids: ReadonlyMap<string, number>, refuse: Refuse): [string, string][] {
  if (!Array.isArray(merges)) return refuse("model.merges is not an array");
  if (merges.length > most) refuse(`model.merges has ${merges.length} entries; at most ${most} are allowed`);
  const seen = new Set<string>();
  return merges.map((merge: unknown, at): [string, string] => {
    if (!Array.isArray(merge) || merge.length !== 2)
      return refuse(`model.merges[${at}] is not a pair of pieces`);
    const [left, right] = merge as unknown[];
    if (typeof left !== "string" || typeof right !== "string")
      return refuse(`model.merges[${at}] is not two strings`);
    for (const piece of [left, right, left + right]) {
      if (!ids.has(piece)) refuse(`model.merges[${at}] needs ${show(piece)}, which is not in model.vocab`);
    }
    const key = `${left.length} ${left}${right}`;
    if (seen.has(key)) refuse(`model.merges[${at}] repeats an earlier one`);
    seen.add(key);
    return [left, right];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A short form of a value for messages. Never walks into an untrusted object, which may be deep or huge. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isObject(value))
    return typeof value.type === "string" ? `an object of type ${show(value.type)}` : "an object";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  return value === undefined ? "missing" : String(value);
}

/**
 * The first difference between two JSON values, with its path; `undefined` if they are equal up to the order of keys.
 * Recursion is bounded by `expected`, which is ours.
 */
function difference(actual: unknown, expected: unknown, path: string): string | undefined {
  const fault = `${path} is ${show(actual)}, not ${show(expected)}`;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return fault;
    return first(expected.keys(), (at) => difference(actual[at], expected[at], `${path}[${at}]`));
  }
  if (!isObject(expected)) return actual === expected ? undefined : fault;
  if (!isObject(actual)) return fault;
  for (const key of Object.keys(actual)) {
    if (!Object.hasOwn(expected, key)) return `${path} has an unknown key ${show(key)}`;
  }
  return first(Object.keys(expected), (key) =>
    difference(Object.hasOwn(actual, key) ? actual[key] : undefined, expected[key], `${path}.${key}`),
  );
}

function first<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const result = find(item);
    if (result !== undefined) return result;
  }
  return undefined;
}
