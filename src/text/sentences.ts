/** Cuts a text into sentences, for a model that reads one at a time. */
import { endsInAbbreviation } from "./abbreviations.ts";

/** A part of a text: its characters from `from` up to, but without, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface SentenceOptions {
  /** Code of the text's language, such as "en". Default "en". */
  readonly language?: string;
  /** Most bytes of UTF-8 in one sentence; longer ones are cut. Default: no limit. */
  readonly most?: number;
}

/**
 * The sentences of a text, in order, without the white space around them. What lies between two of them is white space, or
 * has no letter and no digit, and needs no translation. Line breaks and tabs always end a sentence.
 *
 * Sentences end where Unicode says (UAX #29), except after a known abbreviation or an initial. One that is longer than
 * `most` is cut after a clause mark in its second half, else after a space, else between two characters.
 */
export function sentencesOf(
  text: string,
  { language = "en", most = Infinity }: SentenceOptions = {},
): Span[] {
  return unbroken(text, language)
    .flatMap((span) => lines(text, span))
    .flatMap((span) => shortened(text, trimmed(text, span), most))
    .filter(({ from, to }) => /[\p{L}\p{N}]/u.test(text.slice(from, to)));
}

/** Sentences as Unicode ends them, joined where a full stop belongs to an abbreviation. */
function unbroken(text: string, language: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const { segment, index } of segmenterOf(language).segment(text)) {
    const to = index + segment.length;
    const goesOn = !/[\r\n\u2028\u2029]\s*$/.test(segment) && endsInAbbreviation(segment.trimEnd(), language);
    if (goesOn && to < text.length) continue;
    spans.push({ from, to });
    from = to;
  }
  return spans;
}

const segmenters = new Map<string, Intl.Segmenter>();

function segmenterOf(language: string): Intl.Segmenter {
  const known = segmenters.get(language);
  if (known) return known;
  const segmenter = new Intl.Segmenter(language, { granularity: "sentence" });
  segmenters.set(language, segmenter);
  return segmenter;
}

/** The parts between line breaks and tabs. */
function lines(text: string, { from, to }: Span): Span[] {
  const parts = text.slice(from, to).matchAll(/[^\r\n\t\v\f\u2028\u2029]+/g);
  return Array.from(parts, ({ 0: part, index }) => ({ from: from + index, to: from + index + part.length }));
}

function trimmed(text: string, { from, to }: Span): Span {
  const part = text.slice(from, to);
  const begin = from + part.length - part.trimStart().length;
  return { from: begin, to: Math.max(begin, from + part.trimEnd().length) };
}

const bytes = new TextEncoder();

/** A span in parts of at most `most` bytes each, or of one character. */
function shortened(text: string, span: Span, most: number): Span[] {
  const parts: Span[] = [];
  let rest = span;
  while (rest.to > rest.from) {
    const whole = text.slice(rest.from, rest.to);
    if (bytes.encode(whole).length <= most) return [...parts, rest];
    const cut = rest.from + cutIn(whole, fitting(whole, most));
    parts.push(trimmed(text, { from: rest.from, to: cut }));
    rest = trimmed(text, { from: cut, to: rest.to });
  }
  return parts;
}

/** How many characters of a text have at most `most` bytes; at least one, and never half a surrogate pair. */
function fitting(text: string, most: number): number {
  const { read } = bytes.encodeInto(text, new Uint8Array(most));
  return read > 0 ? read : (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
}

/** Clause marks from strong to weak, and spaces. */
const marks = [/[;:—–。！？；：]["'”’»)\]]*\s*/gu, /[,،、，)]["'”’»\]]*\s+|[、，]/gu, /\s+/gu];

/** The length of the first part of a text that is cut before `limit` characters: at the last of the best marks. */
function cutIn(text: string, limit: number): number {
  const beginning = text.slice(0, limit);
  for (const mark of marks) {
    const ends = Array.from(beginning.matchAll(mark), ({ 0: found, index }) => index + found.length);
    const last = ends.findLast((end) => end >= limit / 2 && end < text.length);
    if (last !== undefined) return last;
  }
  return limit;
}
