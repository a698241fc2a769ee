/** Checks the parts of a tokenizer.json from elsewhere before any of them runs: it is hostile input. */

import { heedError } from "../errors.ts";

/** Parts that are known to take time proportional to the text. */
const known = {
  normalizer: [
    ..."BertNormalizer Precompiled Sequence Replace NFC NFD NFKC NFKD Strip StripAccents Lowercase".split(
      " ",
    ),
    "Prepend",
  ],
  pre_tokenizer: [
    ..."BertPreTokenizer Sequence Whitespace WhitespaceSplit Metaspace ByteLevel Split Punctuation".split(
      " ",
    ),
    "Digits",
  ],
  post_processor: "TemplateProcessing ByteLevel BertProcessing RobertaProcessing Sequence".split(" "),
  decoder: "ByteLevel WordPiece Metaspace BPEDecoder Sequence Replace Fuse Strip ByteFallback".split(" "),
} as const;

/**
 * Regular expressions of published tokenizers, of which none backtracks without bound. Any other is refused: it might
 * take for ever, and nothing tells which does.
 */
const patterns = new Set([
  "\\s+",
  " {2,}",
  "\\s{2,}",
  "[\\r\\n]",
  "\\s?\\p{L}+",
  "\\s?\\p{P}+",
  "\\p{N}{1,3}",
  // GPT-2, RoBERTa, BART
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  // LLaMA 3
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // Qwen 2
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
]);

/** Longest piece, most ids, deepest nesting of sequences, and most parts of one. */
const most = { piece: 512, ids: 2 ** 21, depth: 4, parts: 64 } as const;

export interface CheckedTokenizer {
  readonly json: Readonly<Record<string, unknown>>;
  /** Every piece by id; ids may have holes. */
  readonly pieces: ReadonlyMap<number, string>;
  /** Tokens that the text may spell out and `decode` drops. */
  readonly special: ReadonlySet<number>;
}

type Refuse = (cause: string, remedy?: string) => never;

/**
 * Checks a parsed tokenizer.json.
 *
 * @param size  The model's number of ids: every piece must have a smaller one.
 * @throws ERR_MODEL naming the first fault found.
 */
export function checkTokenizer(json: unknown, size: number, where: string): CheckedTokenizer {
  const refuse: Refuse = (cause, remedy) => {
    throw heedError("ERR_MODEL", remedy === undefined ? { where, cause } : { where, cause, remedy });
  };
  const top = isObject(json) ? json : refuse("is not a JSON object");
  const model = isObject(top.model) ? top.model : refuse("model is not an object");
  for (const name of Object.keys(known) as (keyof typeof known)[])
    checkPart(top[name], name, known[name], refuse);
  const pieces = new Map<number, string>();
  const add = (piece: unknown, id: unknown, place: string): void => {
    if (typeof piece !== "string" || piece.length > most.piece)
      refuse(`${place} is not a piece of at most ${most.piece} characters`);
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= Math.min(size, most.ids))
      refuse(`${place} has id ${String(id)}; the model has ids 0 to ${size - 1}`);
    const other = pieces.get(id as number);
    if (other !== undefined && other !== piece)
      refuse(`${place} has id ${String(id)}, which another piece has`);
    pieces.set(id as number, piece);
  };
  checkModel(model, add, refuse);
  const special = new Set<number>();
  const added = top.added_tokens ?? [];
  if (!Array.isArray(added)) return refuse("added_tokens is not an array");
  for (const [at, token] of added.entries()) {
    if (!isObject(token)) return refuse(`added_tokens[${at}] is not an object`);
    if (token.content === "") return refuse(`added_tokens[${at}] is empty`);
    add(token.content, token.id, `added_tokens[${at}]`);
    if (token.special === true) special.add(token.id as number);
  }
  const contents = new Set(pieces.values());
  checkTemplate(top.post_processor, contents, refuse);
  return { json: { ...top, added_tokens: added }, pieces, special };
}

type Add = (piece: unknown, id: unknown, place: string) => void;

function checkModel(model: Readonly<Record<string, unknown>>, add: Add, refuse: Refuse): void {
  const { type, vocab, merges } = model;
  if (type === "Unigram") {
    if (!Array.isArray(vocab)) refuse("model.vocab is not an array");
    for (const [id, entry] of vocab.entries()) {
      const [piece, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
      if (!Number.isFinite(score)) refuse(`model.vocab[${id}] has no score`);
      add(piece, id, `model.vocab[${id}]`);
    }
    const { unk_id: unknown } = model;
    if (unknown !== null && unknown !== undefined && !(Number.isInteger(unknown) && vocab[unknown as number]))
      refuse(`model.unk_id ${String(unknown)} is not in model.vocab`);
    return;
  }
  if (type !== "BPE" && type !== "WordPiece" && type !== "WordLevel")
    refuse(`model.type ${JSON.stringify(type)?.slice(0, 40)} is not supported`);
  if (!isObject(vocab)) refuse("model.vocab is not an object");
  for (const [piece, id] of Object.entries(vocab)) add(piece, id, `model.vocab[${show(piece)}]`);
  const { unk_token: unknown } = model;
  if (typeof unknown === "string" && !Object.hasOwn(vocab, unknown))
    refuse(`model.unk_token ${show(unknown)} is not in model.vocab`);
  if (type === "WordPiece") {
    const { max_input_chars_per_word: longest = 100 } = model;
    if (!Number.isInteger(longest) || (longest as number) < 1 || (longest as number) > 1000)
      refuse("model.max_input_chars_per_word is not from 1 to 1000");
    if (typeof unknown !== "string") refuse("model.unk_token is missing");
  }
  if (type === "BPE") checkMerges(merges, vocab, model.ignore_merges === true, refuse);
}

function checkMerges(
  merges: unknown,
  vocab: Readonly<Record<string, unknown>>,
  mayIgnore: boolean,
  refuse: Refuse,
): void {
  if (!Array.isArray(merges)) refuse("model.merges is not an array");
  if (merges.length > most.ids)
    refuse(`model.merges has ${merges.length} entries; at most ${most.ids} are allowed`);
  for (const [at, merge] of merges.entries()) {
    const pair: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((part) => typeof part === "string"))
      refuse(`model.merges[${at}] is not a pair of pieces`);
    const [left, right] = pair as [string, string];
    if (left.length + right.length > most.piece)
      refuse(`model.merges[${at}] makes a piece of more than ${most.piece} characters`);
    if (!mayIgnore && !Object.hasOwn(vocab, left + right))
      refuse(`model.merges[${at}] makes ${show(left + right)}, which is not in model.vocab`);
  }
}

/** A part of the pipeline: of a known type, with known patterns, not nested without bound. */
function checkPart(part: unknown, path: string, types: readonly string[], refuse: Refuse, depth = 0): void {
  if (part === null || part === undefined) return;
  if (!isObject(part) || typeof part.type !== "string") refuse(`${path} has no type`);
  if (!types.includes(part.type)) refuse(`${path}.type ${show(part.type)} is not supported`);
  if (part.type === "Replace" || part.type === "Split") checkPattern(part.pattern, `${path}.pattern`, refuse);
  const inner = Object.entries(part).flatMap(([key, value]) =>
    /^(normalizers|pretokenizers|processors|decoders)$/.test(key) ? [[key, value] as const] : [],
  );
  if (part.type === "Sequence" && inner.length !== 1) refuse(`${path} has no parts`);
  for (const [key, value] of inner) {
    if (!Array.isArray(value) || value.length > most.parts || depth >= most.depth)
      refuse(`${path}.${key} is not a list of at most ${most.parts} parts, ${most.depth} deep`);
    for (const [at, each] of value.entries())
      checkPart(each, `${path}.${key}[${at}]`, types, refuse, depth + 1);
  }
}

function checkPattern(pattern: unknown, path: string, refuse: Refuse): void {
  if (!isObject(pattern)) refuse(`${path} is not an object`);
  const { String: text, Regex: regex } = pattern;
  if (typeof text === "string" && regex === undefined && text !== "") return;
  if (typeof regex !== "string") refuse(`${path} is neither a String nor a Regex`);
  if (patterns.has(regex)) return;
  refuse(`${path} is the unknown regular expression ${show(regex)}`, "it might never end, so it is not run");
}

/** Every special token that a post-processor inserts must exist. */
function checkTemplate(part: unknown, contents: ReadonlySet<string>, refuse: Refuse): void {
  if (!isObject(part)) return;
  const names: unknown[] = [];
  for (const side of ["single", "pair"]) {
    const pieces = part[side];
    if (pieces === undefined) continue;
    if (!Array.isArray(pieces) || pieces.length > most.parts) refuse(`post_processor.${side} is not a list`);
    for (const piece of pieces) {
      if (!isObject(piece)) refuse(`post_processor.${side} has a part that is not an object`);
      if (isObject(piece.SpecialToken)) names.push(piece.SpecialToken.id);
      else if (!isObject(piece.Sequence)) refuse(`post_processor.${side} has a part of unknown kind`);
    }
  }
  for (const side of ["cls", "sep"]) if (Array.isArray(part[side])) names.push((part[side] as unknown[])[0]);
  const absent = names.find((name) => typeof name !== "string" || !contents.has(name));
  if (absent !== undefined) refuse(`post_processor inserts ${show(absent)}, which is not a token`);
  const { processors } = part;
  if (Array.isArray(processors)) for (const each of processors) checkTemplate(each, contents, refuse);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const show = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)
    : typeof value;
