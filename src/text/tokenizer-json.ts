/** Reading a tokenizer.json from anywhere: every part is checked before any of it is used. */

import { heedError } from "../errors.ts";
import {
  addedTokensJson,
  decoderJson,
  normalizerJson,
  postProcessorJson,
  preTokenizerJson,
  specialTokens,
  type TokenizerLayout,
} from "./layout.ts";
import type { SpecialIds, Tokenizer } from "./tokenizer.ts";
import { bytePiece, tokenizerOf } from "./vocabulary.ts";

const largest = 2 ** 20;

/**
 * The tokenizer of a parsed tokenizer.json. Only what `Tokenizer.toJSON` writes is run; anything else is refused,
 * naming the part.
 *
 * @param json  The parsed file: untrusted.
 * @param where  Its name for messages. Default "tokenizer.json".
 * @throws ERR_MODEL naming the first fault found.
 */
export function tokenizerFromJson(json: unknown, where = "tokenizer.json"): Tokenizer {
  const refuse = (cause: string, remedy?: string): never => {
    throw heedError("ERR_MODEL", remedy === undefined ? { where, cause } : { where, cause, remedy });
  };
  const top = isObject(json) ? json : refuse("is not a JSON object");
  const model = isObject(top.model) ? top.model : refuse("model is not an object");
  const type = model.type === "BPE" || model.type === "WordLevel" ? model.type : undefined;
  if (!type) return refuse(`model.type ${show(model.type)} is not one Heed runs`, "use BPE or WordLevel");
  const { pieces, ids } = readVocab(model.vocab, refuse);
  const special = specialIds(ids, refuse);
  const layout: TokenizerLayout = {
    model: type,
    lowercase: same(top.normalizer, normalizerJson(true)),
    byteFallback: type === "BPE" && model.byte_fallback === true,
  };

  const known = "only the configurations that Heed writes are run";
  const expect = (name: string, actual: unknown, expected: unknown): void => {
    if (!same(actual, expected)) refuse(`${name} is not a known one: ${show(actual)}`, known);
  };
  expect("version", top.version, "1.0");
  expect("truncation", top.truncation ?? null, null);
  expect("padding", top.padding ?? null, null);
  expect("normalizer", top.normalizer, normalizerJson(layout.lowercase));
  expect("pre_tokenizer", top.pre_tokenizer, preTokenizerJson(layout));
  expect("post_processor", top.post_processor, postProcessorJson(special));
  expect("decoder", top.decoder, decoderJson(layout));
  expect("added_tokens", top.added_tokens, addedTokensJson(special));
  expect("model.unk_token", model.unk_token, specialTokens.unk);
  if (type === "WordLevel") return tokenizerOf({ layout, pieces, merges: [] });

  expect("model.byte_fallback", model.byte_fallback ?? false, layout.byteFallback);
  for (const option of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"]) {
    expect(`model.${option}`, model[option] ?? null, null);
  }
  for (const option of ["fuse_unk", "ignore_merges"]) expect(`model.${option}`, model[option] ?? false, false);
  if (layout.byteFallback) {
    for (let byte = 0; byte < 256; byte++) {
      if (!ids.has(bytePiece(byte))) refuse(`model.vocab has no ${bytePiece(byte)} though byte_fallback is true`);
    }
  }
  return tokenizerOf({ layout, pieces, merges: readMerges(model.merges, ids, refuse) });
}

type Refuse = (cause: string, remedy?: string) => never;

/** Ids must be 0 … n-1, each once. */
function readVocab(vocab: unknown, refuse: Refuse): { pieces: string[]; ids: Map<string, number> } {
  if (!isObject(vocab)) return refuse("model.vocab is not an object");
  const entries = Object.entries(vocab);
  if (entries.length > largest) refuse(`model.vocab has ${entries.length} pieces; the most is ${largest}`);
  const pieces: string[] = new Array(entries.length);
  const taken = new Uint8Array(entries.length);
  for (const [piece, id] of entries) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= entries.length) {
      refuse(`model.vocab[${show(piece)}] is ${show(id)}; ids run from 0 to ${entries.length - 1}`);
    }
    if (taken[id as number]) refuse(`model.vocab[${show(piece)}] has the id ${id} of another piece`);
    if (piece === "") refuse(`model.vocab has the empty piece, id ${id}`);
    taken[id as number] = 1;
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
  if (merges.length > largest) refuse(`model.merges has ${merges.length} entries; the most is ${largest}`);
  const seen = new Set<string>();
  return merges.map((merge: unknown, at): [string, string] => {
    if (!Array.isArray(merge) || merge.length !== 2) return refuse(`model.merges[${at}] is not a pair of pieces`);
    const [left, right] = merge as unknown[];
    if (typeof left !== "string" || typeof right !== "string") return refuse(`model.merges[${at}] is not two strings`);
    for (const piece of [left, right, left + right]) {
      if (!ids.has(piece)) refuse(`model.merges[${at}] needs ${show(piece)}, which is not in model.vocab`);
    }
    const key = `${left.length} ${left}${right}`;
    if (seen.has(key)) refuse(`model.merges[${at}] repeats ${show(merge)}`);
    seen.add(key);
    return [left, right];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value in a message: as JSON, cut short. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Equal as JSON, whatever the order of keys. Recursion is bounded by `expected`, which is ours. */
function same(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, at) => same(actual[at], item))
    );
  }
  if (!isObject(expected)) return actual === expected;
  const keys = Object.keys(expected);
  return (
    isObject(actual) &&
    Object.keys(actual).length === keys.length &&
    keys.every(key => Object.hasOwn(actual, key) && same(actual[key], expected[key]))
  );
}
