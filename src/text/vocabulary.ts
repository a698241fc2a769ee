/** A tokenizer for a vocabulary: the known patterns as code, with a cache of words. */

import { heedError } from "../errors.ts";
import { applyMerges, applySomeMerges, type Merge, pairKey } from "./bpe.ts";
import {
  type SpecialIds,
  setSignsApart,
  specialTokens,
  type TokenizerLayout,
  tokenizerJson,
  unknownSign,
} from "./layout.ts";
import { detached, metaspace, normalize, spacedWords, wordUnits } from "./normalize.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The piece of one byte: 0x0A -> "<0x0A>". */
export const bytePiece = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

const byteForm = /^<0x([0-9A-F]{2})>$/;

/** Whether a piece stands for one byte. */
export const isBytePiece = (piece: string): boolean => byteForm.test(piece);

/** A vocabulary that was learned, or read and checked. */
export interface Vocabulary {
  readonly layout: TokenizerLayout;
  /** In order of ids; each occurs once. */
  readonly pieces: readonly string[];
  /** In order of rank; both parts and their concatenation are pieces. Empty in a word or character vocabulary. */
  readonly merges: readonly (readonly [string, string])[];
}

/** Most words in the cache, and the length below which they go there: bounds the memory that untrusted text can take on a server. */
const cacheSize = 1 << 16;
const cachedLength = 64;

/** The tokenizer of a valid vocabulary. Checks nothing: see `tokenizerFromJson` for untrusted ones. */
export function tokenizerOf({ layout, pieces, merges }: Vocabulary): Tokenizer {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const idOf = (piece: string): number => ids.get(piece) as number;
  const special: SpecialIds = {
    pad: idOf(specialTokens.pad),
    unk: idOf(specialTokens.unk),
    bos: idOf(specialTokens.bos),
    eos: idOf(specialTokens.eos),
  };
  const kind = layout.model === "WordLevel" ? "word" : merges.length === 0 ? "char" : "bpe";
  const split =
    layout.model === "BPE" ? bpeSplitter(layout, ids, merges, special.unk) : wordSplitter(ids, special.unk);
  const cache = new Map<string, readonly number[]>();

  const encodeWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known) return known;
    const fresh = split(metaspace + word);
    if (word.length < cachedLength) {
      if (cache.size >= cacheSize) cache.clear();
      cache.set(detached(word), fresh);
    }
    return fresh;
  };

  const decode = decoderOf(pieces, special, layout.byteFallback);

  const encodeWith = (text: string, idsOf: (word: string) => readonly number[]): number[] => {
    const result: number[] = [];
    for (const word of spacedWords(normalize(text, layout.lowercase)))
      for (const id of idsOf(word)) result.push(id);
    result.push(special.eos);
    return result;
  };

  return {
    kind,
    size: pieces.length,
    special,
    normalize: (text) => normalize(text, layout.lowercase),
    encode: (text) => encodeWith(text, encodeWord),
    ...(kind === "bpe"
      ? {
          // Long words, which are rare, are split as always: skipping merges takes n² steps.
          sample: (text: string, rate: number, uniform: () => number) =>
            encodeWith(text, (word) =>
              word.length < cachedLength ? split(metaspace + word, { rate, uniform }) : encodeWord(word),
            ),
        }
      : {}),
    decode,
    token: (id) => pieceAt(pieces, id),
    id: (token) => ids.get(token),
    toJSON: () => tokenizerJson(layout, special, pieces, merges),
  };
}

function pieceAt(pieces: readonly string[], id: number): string {
  const piece = pieces[id];
  if (piece !== undefined) return piece;
  const problem = `id ${id} is not in the vocabulary of ${pieces.length} pieces`;
  throw heedError("ERR_SHAPE", { operation: "tokenizer", problem });
}

function wordSplitter(
  ids: ReadonlyMap<string, number>,
  unk: number,
): (word: string, skipping?: Skipping) => number[] {
  return (word) => wordUnits(word).map((unit) => ids.get(unit) ?? unk);
}

/** Which merges are skipped. */
interface Skipping {
  readonly rate: number;
  readonly uniform: () => number;
}

function bpeSplitter(
  { byteFallback }: TokenizerLayout,
  ids: ReadonlyMap<string, number>,
  merges: Vocabulary["merges"],
  unk: number,
): (word: string, skipping?: Skipping) => number[] {
  const byPair = new Map<number, Merge>();
  for (const [rank, [left, right]] of merges.entries()) {
    const key = pairKey(ids.get(left) as number, ids.get(right) as number);
    byPair.set(key, { rank, result: ids.get(left + right) as number });
  }
  const bytes = byteFallback
    ? Array.from({ length: 256 }, (_, byte) => ids.get(bytePiece(byte)) as number)
    : undefined;
  const utf8 = new TextEncoder();
  return (word, skipping) => {
    const symbols: number[] = [];
    for (const character of word) {
      const id = ids.get(character);
      if (id !== undefined) symbols.push(id);
      else if (bytes) for (const byte of utf8.encode(character)) symbols.push(bytes[byte] as number);
      else symbols.push(unk);
    }
    return skipping
      ? applySomeMerges(symbols, byPair, skipping.rate, skipping.uniform)
      : applyMerges(symbols, byPair);
  };
}

/** `decoderJson` as code: metaspaces to spaces, byte pieces to text, unknown words to "⁇", no leading space. */
function decoderOf(pieces: readonly string[], { pad, unk, bos, eos }: SpecialIds, byteFallback: boolean) {
  const byteOf = new Map<number, number>();
  for (const [id, piece] of byteFallback ? pieces.entries() : []) {
    const hexadecimal = byteForm.exec(piece)?.[1];
    if (hexadecimal !== undefined) byteOf.set(id, Number.parseInt(hexadecimal, 16));
  }
  const texts = pieces.map((piece) => piece.replaceAll(metaspace, " "));
  for (const id of [pad, bos, eos]) texts[id] = "";
  texts[unk] = ` ${unknownSign}`;
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  // A run of bytes that is not UTF-8 becomes one U+FFFD per byte, as in the native library.
  const textOfBytes = (bytes: readonly number[]): string => {
    try {
      return utf8.decode(Uint8Array.from(bytes));
    } catch {
      return "\ufffd".repeat(bytes.length);
    }
  };
  return (sequence: ArrayLike<number>): string => {
    let text = "";
    let bytes: number[] = [];
    for (let at = 0; at < sequence.length; at++) {
      const id = sequence[at] as number;
      const byte = byteOf.get(id);
      if (byte !== undefined) {
        bytes.push(byte);
        continue;
      }
      if (bytes.length > 0) text += textOfBytes(bytes);
      bytes = [];
      text += texts[id] ?? pieceAt(pieces, id);
    }
    if (bytes.length > 0) text += textOfBytes(bytes);
    const apart = setSignsApart(text);
    return apart.startsWith(" ") ? apart.slice(1) : apart;
  };
}
