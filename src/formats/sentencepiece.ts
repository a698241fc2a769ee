/** SentencePiece vocabularies (`.spm`, `.model`), which are protocol buffers: read into the same pipeline as a tokenizer.json. */
import { heedError } from "../errors.ts";

/** Kinds of pieces in the file, by number. */
const [UNKNOWN, CONTROL, USER, BYTE] = [2, 3, 4, 6];
const UNIGRAM = 1;
/** Most pieces: as many as a tokenizer.json may have. */
const MOST = 2 ** 20;

interface Piece {
  readonly text: string;
  readonly score: number;
  readonly kind: number;
}

/** What a vocabulary file says. */
export interface SentencePiece {
  readonly pieces: readonly Piece[];
  /** The compiled table of the normaliser; empty for none. */
  readonly charsmap: Uint8Array;
  readonly addsPrefix: boolean;
  readonly removesSpaces: boolean;
}

/**
 * Reads a unigram vocabulary.
 *
 * @throws ERR_MODEL for a file that is damaged, or of another kind of model.
 * @see Kudo & Richardson 2018 - https://aclanthology.org/D18-2012
 */
export function decodeSentencePiece(bytes: Uint8Array, where: string): SentencePiece {
  const refuse = (cause: string): never => {
    throw heedError("ERR_MODEL", { where, cause });
  };
  const pieces: Piece[] = [];
  let [charsmap, addsPrefix, removesSpaces, kind] = [new Uint8Array(), true, true, UNIGRAM];
  for (const { field, value } of fields(bytes, refuse)) {
    if (!(value instanceof Uint8Array)) continue;
    if (field === 1) pieces.push(pieceOf(value, refuse));
    if (field === 2)
      for (const trainer of fields(value, refuse)) if (trainer.field === 3) kind = Number(trainer.value);
    if (field !== 3) continue;
    for (const { field: part, value: content } of fields(value, refuse)) {
      if (part === 2 && content instanceof Uint8Array) charsmap = Uint8Array.from(content);
      if (part === 3) addsPrefix = content !== 0;
      if (part === 4) removesSpaces = content !== 0;
    }
  }
  if (kind !== UNIGRAM) return refuse("is not a unigram vocabulary; others are not read");
  if (pieces.length === 0 || pieces.length > MOST)
    return refuse(`has ${pieces.length} pieces; from 1 to ${MOST} are read`);
  return { pieces, charsmap, addsPrefix, removesSpaces };
}

function pieceOf(bytes: Uint8Array, refuse: (cause: string) => never): Piece {
  let [text, score, kind] = ["", 0, 1];
  for (const { field, value } of fields(bytes, refuse)) {
    if (field === 1 && value instanceof Uint8Array) text = new TextDecoder().decode(value);
    if (field === 2 && value instanceof Uint8Array && value.length === 4)
      score = new DataView(value.buffer, value.byteOffset).getFloat32(0, true);
    if (field === 3) kind = Number(value);
  }
  return { text, score, kind };
}

interface Field {
  readonly field: number;
  /** A number, or the bytes of a text, a message or a fixed-size number. */
  readonly value: number | Uint8Array;
}

/** The fields of a protocol-buffer message, in order. */
function* fields(bytes: Uint8Array, refuse: (cause: string) => never): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++] ?? refuse("is damaged: it ends inside a number");
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return refuse("is damaged: a number has too many bytes");
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) refuse("is damaged: it ends inside a field");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield { field, value: varint() };
    else if (wire === 1) yield { field, value: take(8) };
    else if (wire === 2) yield { field, value: take(varint()) };
    else if (wire === 5) yield { field, value: take(4) };
    else refuse("is not a SentencePiece vocabulary");
  }
}

const added = (id: number, content: string, special: boolean): object => ({
  ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false },
  special,
});

/**
 * The tokenizer.json that splits as SentencePiece does, and ends each text with a token. Control pieces spelled out in a text
 * are read as such, as Python's transformers does, where SentencePiece does not.
 *
 * @param end  The token that ends a text.
 * @throws ERR_MODEL when the vocabulary has no such token.
 */
export function tokenizerJsonOf(
  { pieces, charsmap, addsPrefix, removesSpaces }: SentencePiece,
  { end, where }: { readonly end: string; readonly where: string },
): Readonly<Record<string, unknown>> {
  const endId = pieces.findIndex(({ text }) => text === end);
  if (endId < 0) throw heedError("ERR_MODEL", { where, cause: `has no piece ${JSON.stringify(end)}` });
  const unknown = pieces.findIndex(({ kind }) => kind === UNKNOWN);
  const metaspace = {
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: addsPrefix ? "always" : "never",
    split: true,
  };
  const normalizers = [
    ...(charsmap.length > 0 ? [{ type: "Precompiled", precompiled_charsmap: base64(charsmap) }] : []),
    ...(removesSpaces
      ? [
          { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
          { type: "Strip", strip_left: true, strip_right: true },
        ]
      : []),
  ];
  return {
    ...{ version: "1.0", truncation: null, padding: null },
    added_tokens: pieces.flatMap(({ text, kind }, id) =>
      kind === USER || kind === CONTROL ? [added(id, text, kind === CONTROL)] : [],
    ),
    normalizer: { type: "Sequence", normalizers },
    pre_tokenizer: metaspace,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
      special_tokens: { [end]: { id: end, ids: [endId], tokens: [end] } },
    },
    decoder: metaspace,
    model: {
      type: "Unigram",
      unk_id: unknown < 0 ? null : unknown,
      vocab: pieces.map(({ text, score }) => [text, score]),
      byte_fallback: pieces.some(({ kind }) => kind === BYTE),
    },
  };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
}
