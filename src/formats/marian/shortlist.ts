/** Lexical shortlists of the Marian toolkit in the binary format that is published for Bergamot. */
import { heedError } from "../../errors.ts";

const MAGIC = 0xf11a48d5013417f5n;
/** Magic, checksum, frequent tokens, translations a token, offsets, listed ids. */
const HEADER = 6 * 8;
/** Most ids that are held, a row for each token as long as the longest. */
const MOST = 2 ** 26;

/** The target tokens that each source token lists; both languages have one vocabulary. */
export interface MarianShortlist {
  /** Ids that every sentence lists: the first of the vocabulary, which are the most frequent. */
  readonly common: Int32Array;
  /** Ids that source token s lists, itself first, at [s · each, (s + 1) · each); -1 after the last. */
  readonly translations: Int32Array;
  readonly each: number;
}

/** Whether bytes begin as a shortlist does. */
export const isMarianShortlist = (start: Uint8Array): boolean =>
  start.length >= 8 && new DataView(start.buffer, start.byteOffset).getBigUint64(0, true) === MAGIC;

/** @throws ERR_MODEL for a file that is damaged. */
export function decodeMarianShortlist(bytes: Uint8Array, where: string): MarianShortlist {
  const damaged = (how: string): Error =>
    heedError("ERR_MODEL", { where, cause: `is damaged: ${how}`, remedy: "download it again" });
  if (!isMarianShortlist(bytes) || bytes.length < HEADER) throw damaged("it is no shortlist of Marian's");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = (at: number): number => Number(view.getBigUint64(at, true));
  const [frequent, , offsets, ids] = [16, 24, 32, 40].map(whole) as [number, number, number, number];
  const lists = HEADER + 8 * offsets;
  if (lists + 4 * ids !== bytes.length || offsets < 2)
    throw damaged(`it has ${bytes.length} bytes, not the ${lists + 4 * ids} that it says`);
  const vocabulary = offsets - 1;
  const starts = Array.from({ length: offsets }, (_, i) => whole(HEADER + 8 * i));
  if (
    starts[0] !== 0 ||
    starts[vocabulary] !== ids ||
    starts.some((start, i) => start < (starts[i - 1] ?? 0))
  )
    throw damaged("its lists overlap");
  const each = 1 + starts.reduce((most, start, i) => Math.max(most, start - (starts[i - 1] ?? 0)), 0);
  if (vocabulary * each > MOST) throw damaged(`a token of ${vocabulary} lists ${each - 1}`);
  const translations = new Int32Array(vocabulary * each).fill(-1);
  for (let token = 0; token < vocabulary; token++) {
    const first = starts[token] as number;
    translations[token * each] = token;
    for (let i = first; i < (starts[token + 1] as number); i++) {
      const id = view.getUint32(lists + 4 * i, true);
      if (id >= vocabulary) throw damaged(`token ${token} lists ${id} of ${vocabulary}`);
      translations[token * each + 1 + i - first] = id;
    }
  }
  return {
    common: Int32Array.from({ length: Math.min(frequent, vocabulary) }, (_, i) => i),
    translations,
    each,
  };
}
