/**
 * Sentences of two languages grown together, so that which word stands for which is known exactly.
 *
 * Conventions of the links, which count words between spaces:
 * - punctuation belongs to the word before it; French sets a space before ? and !, so there the mark is a word, linked
 *   to the English word that carries the mark;
 * - words that grow together keep the links of both: "l'eau" is linked to "the" and "water", "du" to "from" and "the";
 * - "not", with the "do" that carries it, is linked to both "ne" and "pas" (or "jamais", "plus", "rien");
 * - an English auxiliary is linked to the French form that says the same: "will sing" to "chantera", "sang" to
 *   "a chanté", "does" in a question to "est-ce que";
 * - what cannot be taken apart is linked as a whole, every word to every word: "not bad" to "ne", "pas" and "mal";
 * - where one language has no article, the other's is linked to the noun: "water" to "de l'eau", "France" to "la France".
 */
import { contract, type Token } from "./elision.ts";

/** The same thing said in both languages. It is a value: nothing happens to it when it becomes part of another. */
export interface Phrase {
  readonly english: readonly Token[];
  readonly french: readonly Token[];
  /** How many meanings its words use: bits 0 to `meanings - 1`. */
  readonly meanings: number;
}

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

/** Something kept under two strings. */
class PairMap<T> {
  readonly #kept = new Map<string, Map<string, T>>();

  get(first: string, second: string, make: () => T): T {
    const seconds = this.#kept.get(first) ?? new Map<string, T>();
    if (seconds.size === 0) this.#kept.set(first, seconds);
    const found = seconds.get(second) ?? make();
    seconds.set(second, found);
    return found;
  }
}

const phrases = new PairMap<Phrase>();

/** Two expressions that mean each other as wholes: every word is linked to every word. */
export function phrase(english: string, french: string): Phrase {
  const all = (text: string): Token[] => words(text).map((word) => ({ text: word, meanings: 1 }));
  return phrases.get(english, french, () => ({ english: all(english), french: all(french), meanings: 1 }));
}

interface Part {
  readonly text: string;
  /** Which slot, by its place in `slots`; -1 for a word. */
  readonly slot: number;
  readonly meanings: number;
}

interface Pattern {
  readonly english: readonly Part[];
  readonly french: readonly Part[];
  readonly slots: readonly string[];
  readonly marks: number;
}

const patterns = new PairMap<Pattern>();

function parse(english: string, french: string): Pattern {
  const marks: string[] = [];
  const slots: string[] = [];
  const place = (name: string, known: string[]): number => {
    if (!known.includes(name)) known.push(name);
    return known.indexOf(name);
  };
  const parts = (pattern: string): Part[] =>
    words(pattern).map((part) => {
      const [text = "", ...names] = part.split("/");
      const meanings = names.reduce((bits, name) => bits | (1 << place(name, marks)), 0);
      return { text, slot: text.startsWith("{") ? place(text.slice(1, -1), slots) : -1, meanings };
    });
  return { english: parts(english), french: parts(french), slots, marks: marks.length };
}

/**
 * Fills two patterns. `{name}` is a slot; `word/a` carries the meaning `a`, and a word may carry several, `word/a/b`;
 * words of both patterns with one mark are linked. A slot may carry marks too: `{name}/a`.
 *
 *   compose("{who} does/n not/n {verb} {what}", "{who} ne/n {verb} pas/n {what}", { who, verb, what })
 */
export function compose(
  english: string,
  french: string,
  slots: Readonly<Record<string, Phrase>> = {},
): Phrase {
  const pattern = patterns.get(english, french, () => parse(english, french));
  let meanings = pattern.marks;
  const filling: Phrase[] = [];
  const firstBit: number[] = [];
  for (const name of pattern.slots) {
    const slot = slots[name];
    if (!slot) throw new RangeError(`compose: no slot {${name}} in "${english}"`);
    filling.push(slot);
    firstBit.push(meanings);
    meanings += slot.meanings;
  }
  if (meanings > 32) throw new RangeError(`compose: more than 32 meanings in "${english}"`);
  const fill = (parts: readonly Part[], side: "english" | "french"): Token[] => {
    const filled: Token[] = [];
    for (const part of parts) {
      if (part.slot < 0) {
        filled.push(part);
        continue;
      }
      const shift = firstBit[part.slot] as number;
      for (const token of (filling[part.slot] as Phrase)[side]) {
        // A shift by 32 is a shift by none in JavaScript; then there are no meanings to shift.
        filled.push({ text: token.text, meanings: (token.meanings << shift) | part.meanings });
      }
    }
    return filled;
  };
  return { english: fill(pattern.english, "english"), french: fill(pattern.french, "french"), meanings };
}

/** A phrase with something after its last words: a comma, the 's of an owner. */
export function ending({ english, french, meanings }: Phrase, inEnglish: string, inFrench: string): Phrase {
  const end = (tokens: readonly Token[], mark: string): Token[] =>
    tokens.map((token, i) => (i === tokens.length - 1 ? { ...token, text: token.text + mark } : token));
  return { english: end(english, inEnglish), french: end(french, inFrench), meanings };
}

/** [source word, target word], counted from 0 over words between spaces. */
export type Link = readonly [number, number];

export interface Aligned {
  /** English. */
  readonly source: string;
  /** French. */
  readonly target: string;
  readonly links: readonly Link[];
}

const links = Array.from({ length: 64 }, (_, i) =>
  Array.from({ length: 64 }, (_, j): Link => Object.freeze([i, j])),
);

/** One object for each link, shared by all sentences: there are millions. */
const link = (i: number, j: number): Link => links[i]?.[j] ?? [i, j];

/** A phrase as a sentence: French words contracted and elided, capitals and the mark at the end. */
export function sentence(meaning: Phrase, end: "." | "?" | "!" = "."): Aligned {
  const { english } = meaning;
  const french = contract(meaning.french);
  const found: Link[] = [];
  for (let i = 0; i < english.length; i++) {
    const meanings = (english[i] as Token).meanings;
    for (let j = 0; j < french.length; j++) {
      if ((meanings & (french[j] as Token).meanings) !== 0) found.push(link(i, j));
    }
  }
  if (end !== ".") found.push(link(english.length - 1, french.length));
  return { source: text(english, end), target: text(french, end === "." ? end : ` ${end}`), links: found };
}

function text(tokens: readonly Token[], end: string): string {
  const words = tokens.map((token) => token.text);
  words[0] = capital(words[0] ?? "");
  words[words.length - 1] += end;
  return words.join(" ");
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
