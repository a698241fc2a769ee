/** Lexical shortlists of the Marian toolkit in the binary format that is published for Bergamot. */
import { heedError } from "../../errors.ts";

const MAGIC = 0xf11a48d5013417f5n;
/** Magic, checksum, frequent tokens, translations a token, offsets, listed ids. */
const HEADER = 6 * 8;
/** Most ids that are held, a row for each token as long as the longest. */
const MOST = 2 ** 26;

/** The target tokens that each source token lists; both languages have one vocabulary. */
export interface MarianShortlist {
  /** Ids that every sentence lists: `end`, and the first of the vocabulary, which are the most frequent. */
  readonly common: Int32Array;
  /** Ids that source token s lists, itself first, at [s · each, (s + 1) · each); -1 after the last. */
  readonly translations: Int32Array;
  readonly each: number;
}

/** The vocabulary that a shortlist is for. */
export interface ListedVocabulary {
  /** Tokens that the model's file has. */
  readonly pieces: number;
  /** These, and padding behind them, which lists nothing. */
  readonly size: number;
  /** The id of </s>. */
  readonly end: number;
}

/** Whether bytes begin as a shortlist does. */
export const isMarianShortlist = (start: Uint8Array): boolean =>
  start.length >= 8 && new DataView(start.buffer, start.byteOffset).getBigUint64(0, true) === MAGIC;

/**
 * Reads a shortlist. Its checksum is not verified.
 *
 * @throws ERR_MODEL for a file that is damaged, too large, or of another vocabulary.
 */
export function decodeMarianShortlist(
  bytes: Uint8Array,
  where: string,
  { pieces, size, end }: ListedVocabulary,
): MarianShortlist {
  const refusal = (cause: string): Error => heedError("ERR_MODEL", { where, cause });
  const damaged = (how: string): Error => refusal(`is damaged: ${how}`);
  if (!isMarianShortlist(bytes)) throw refusal("is not a shortlist of Marian's");
  if (bytes.length < HEADER) throw damaged("it ends too early");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = (at: number): number => Number(view.getBigUint64(at, true));
  const [frequent, , offsets, ids] = [16, 24, 32, 40].map(whole) as [number, number, number, number];
  if (offsets !== pieces + 1)
    throw refusal(`is of a vocabulary of ${Math.max(0, offsets - 1)} pieces; the model has ${pieces}`);
  const lists = HEADER + 8 * offsets;
  if (lists + 4 * ids !== bytes.length)
    throw damaged(`it has ${bytes.length} bytes, not the ${lists + 4 * ids} that it says`);
  const starts = Array.from({ length: offsets }, (_, i) => whole(HEADER + 8 * i));
  const isInOrder = starts.every((start, i) => start >= (starts[i - 1] ?? 0));
  if (!isInOrder || starts[0] !== 0 || starts[pieces] !== ids) throw damaged("its lists overlap");
  const longest = starts.reduce((most, start, i) => Math.max(most, start - (starts[i - 1] ?? 0)), 0);
  const each = 1 + longest;
  if (size * each > MOST)
    throw refusal(`has a token that lists ${longest}; at most ${Math.floor(MOST / size) - 1} are read`);
  const translations = new Int32Array(size * each).fill(-1);
  for (let token = 0; token < pieces; token++) {
    const first = starts[token] as number;
    translations[token * each] = token;
    for (let i = first; i < (starts[token + 1] as number); i++) {
      const id = view.getUint32(lists + 4 * i, true);
      if (id >= pieces) throw damaged(`token ${token} lists ${id} of ${pieces}`);
      translations[token * each + 1 + i - first] = id;
    }
  }
  const everywhere = new Set([end, ...Array.from({ length: Math.min(frequent, pieces) }, (_, id) => id)]);
  return { common: Int32Array.from(everywhere).sort(), translations, each };
}
