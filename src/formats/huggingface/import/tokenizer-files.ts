/** Vocabularies of folders without a tokenizer.json, as the one that Python's library would write. */
import { heedError } from "../../../errors.ts";
import { decodeSentencePiece, type SentencePiece, tokenizerJsonOf } from "../../sentencepiece.ts";
import type { ModelFolder } from "../families/family.ts";

type Json = Readonly<Record<string, unknown>>;

/** The vocabularies of a folder; `target` if it has one of its own. */
export interface TokenizerJsons {
  readonly source: unknown;
  readonly target?: unknown;
}

/** Most entries, and the score of a piece that only the other language has: any known pieces are likelier. */
const [MOST, LEAST] = [2 ** 20, -1e5];

/**
 * Reads `source.spm` and `target.spm` with `vocab.json` (Marian), `spiece.model` (T5), `vocab.json` with `merges.txt` (GPT-2,
 * BART, RoBERTa) or `vocab.txt` (BERT).
 *
 * @returns undefined if the folder has none of them.
 * @throws ERR_MODEL for one that is damaged.
 */
export function tokenizersOf(folder: ModelFolder): TokenizerJsons | undefined {
  const { json, bytes = () => undefined } = folder;
  const own = json("tokenizer.json");
  if (own !== undefined) return { source: own };
  const config = (json("config.json") ?? {}) as Json;
  const at = (name: string): string => `${folder.where}/${name}`;
  const text = (name: string): string | undefined => {
    const found = bytes(name);
    return found && new TextDecoder().decode(found);
  };
  const [left, right, whole] = [bytes("source.spm"), bytes("target.spm"), bytes("spiece.model")];
  const vocabulary = json("vocab.json");
  if (left && right && vocabulary !== undefined) {
    const targets = json("target_vocab.json") ?? vocabulary;
    const [ids, targetIds] = [idsIn(vocabulary, at("vocab.json")), idsIn(targets, at("target_vocab.json"))];
    return {
      source: pair(decodeSentencePiece(left, at("source.spm")), ids, at("source.spm")),
      target: pair(decodeSentencePiece(right, at("target.spm")), targetIds, at("target.spm")),
    };
  }
  if (whole) {
    const where = at("spiece.model");
    return { source: tokenizerJsonOf(decodeSentencePiece(whole, where), { end: "</s>", where }) };
  }
  const [merges, lines] = [text("merges.txt"), text("vocab.txt")];
  const kind = String(config.model_type);
  if (merges !== undefined && vocabulary !== undefined && ["gpt2", "bart", "roberta"].includes(kind))
    return { source: bytePairs(idsIn(vocabulary, at("vocab.json")), merges, kind !== "gpt2") };
  if (lines !== undefined)
    return { source: wordPieces(lines, (json("tokenizer_config.json") ?? {}) as Json, at("vocab.txt")) };
  return undefined;
}

/** A file that gives each piece its id. @throws ERR_MODEL */
function idsIn(json: unknown, where: string): ReadonlyMap<string, number> {
  const refuse = (cause: string): never => {
    throw heedError("ERR_MODEL", { where, cause });
  };
  if (typeof json !== "object" || json === null || Array.isArray(json)) return refuse("is not a JSON object");
  const entries = Object.entries(json);
  const isId = (id: unknown): boolean =>
    Number.isSafeInteger(id) && (id as number) >= 0 && (id as number) < MOST;
  const odd = entries.find(([, id]) => !isId(id));
  if (odd) return refuse(`${JSON.stringify(odd[0]).slice(0, 60)} has no id below ${MOST}`);
  return new Map(entries as [string, number][]);
}

/**
 * One side of a Marian model: the pieces of its language, with the ids of a vocabulary of both. What the language does not know
 * is looked up in that vocabulary, too.
 */
function pair(file: SentencePiece, ids: ReadonlyMap<string, number>, where: string): Json {
  const known = new Map(file.pieces.map((piece) => [piece.text, piece]));
  const size = Math.max(0, ...ids.values()) + 1;
  const pieces = Array.from({ length: size }, (_, id) => ({ text: `\0${id}`, score: LEAST, kind: 1 }));
  for (const [text, id] of ids) {
    const kind = /^(<pad>|>>[^<>]+<<)$/.test(text) ? CONTROL : 1;
    pieces[id] = known.get(text) ?? { text, score: LEAST, kind };
  }
  return tokenizerJsonOf({ ...file, pieces }, { end: "</s>", where });
}

const CONTROL = 3;

const special = (ids: ReadonlyMap<string, number>, names: readonly string[]): Json[] =>
  names.flatMap((content) => {
    const id = ids.get(content);
    const flags = { single_word: false, lstrip: content === "<mask>", rstrip: false, normalized: false };
    return id === undefined ? [] : [{ id, content, ...flags, special: true }];
  });

/** Pieces of bytes: GPT-2, and with tokens around each text, BART and RoBERTa. */
function bytePairs(ids: ReadonlyMap<string, number>, merges: string, isFramed: boolean): Json {
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const lines = merges.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#version"));
  const [cls, sep] = ["<s>", "</s>"].map((name) => [name, ids.get(name)]);
  const framed = { type: "RobertaProcessing", sep, cls, trim_offsets: true, add_prefix_space: false };
  const names = isFramed ? ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] : ["<|endoftext|>"];
  return {
    ...{ version: "1.0", truncation: null, padding: null, normalizer: null, pre_tokenizer: bytes },
    added_tokens: special(ids, names),
    post_processor: isFramed ? framed : { ...bytes, trim_offsets: false },
    decoder: { ...bytes, add_prefix_space: true },
    model: {
      type: "BPE",
      unk_token: null,
      vocab: Object.fromEntries(ids),
      merges: lines.map((line) => line.trimEnd().split(" ")),
    },
  };
}

/** Pieces of words, where "##" continues a word: BERT. A line's number is the id of its piece. */
function wordPieces(text: string, settings: Json, where: string): Json {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const ids = new Map(lines.map((piece, id) => [piece, id]));
  const [cls, sep] = ["[CLS]", "[SEP]"].map((name) => {
    const id = ids.get(name);
    if (id === undefined) throw heedError("ERR_MODEL", { where, cause: `has no ${name}` });
    return { id: name, ids: [id], tokens: [name] };
  });
  const token = (id: string): Json => ({ SpecialToken: { id, type_id: 0 } });
  const sequence = { Sequence: { id: "A", type_id: 0 } };
  return {
    ...{ version: "1.0", truncation: null, padding: null },
    added_tokens: special(ids, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: settings.tokenize_chinese_chars !== false,
      strip_accents: settings.strip_accents ?? null,
      lowercase: settings.do_lower_case !== false,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [token("[CLS]"), sequence, token("[SEP]")],
      pair: [token("[CLS]"), sequence, token("[SEP]")],
      special_tokens: { "[CLS]": cls, "[SEP]": sep },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      ...{ unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
      vocab: Object.fromEntries(ids),
    },
  };
}
