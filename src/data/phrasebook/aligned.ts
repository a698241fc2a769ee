/** Sentences of two languages grown together, so that which word stands for which is known exactly. */

/** A word with the meanings it carries: words of both sides that share a meaning are linked. */
export interface Token {
  readonly text: string;
  readonly meanings: readonly object[];
}

/** The same thing said in both languages. */
export interface Phrase {
  readonly english: readonly Token[];
  readonly french: readonly Token[];
}

const tokens = (text: string, meaning: object): Token[] =>
  text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ text: word, meanings: [meaning] }));

/** Two expressions that mean each other as wholes: every word is linked to every word. */
export function phrase(english: string, french: string): Phrase {
  const meaning = {};
  return { english: tokens(english, meaning), french: tokens(french, meaning) };
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
  const marks = new Map<string, object>();
  const meaningOf = (mark: string): object => {
    const known = marks.get(mark) ?? {};
    marks.set(mark, known);
    return known;
  };
  const fill = (pattern: string, side: keyof Phrase): Token[] => {
    const filled: Token[] = [];
    for (const { word, slot, marks: names } of parse(pattern)) {
      const meanings = names.map(meaningOf);
      if (slot === undefined) {
        filled.push({ text: word, meanings });
        continue;
      }
      const found = slots[slot];
      if (!found) throw new RangeError(`compose: no slot ${word} in "${pattern}"`);
      for (const token of found[side]) {
        const all = meanings.length > 0 ? [...token.meanings, ...meanings] : token.meanings;
        filled.push({ text: token.text, meanings: all });
      }
    }
    return filled;
  };
  return { english: fill(english, "english"), french: fill(french, "french") };
}

interface Part {
  readonly word: string;
  /** The name of the slot, where the part is one. */
  readonly slot: string | undefined;
  readonly marks: readonly string[];
}

const parsed = new Map<string, readonly Part[]>();

function parse(pattern: string): readonly Part[] {
  const known = parsed.get(pattern);
  if (known) return known;
  const parts = pattern
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => {
      const [word = "", ...marks] = part.split("/");
      return { word, slot: word.startsWith("{") ? word.slice(1, -1) : undefined, marks };
    });
  parsed.set(pattern, parts);
  return parts;
}

export interface Aligned {
  readonly source: string;
  readonly target: string;
  /** [source word, target word], counted from 0 over words between spaces. */
  readonly links: readonly (readonly [number, number])[];
}

/** A phrase as a sentence: French words contracted and elided, capitals and the mark at the end. */
export function sentence(meaning: Phrase, end: "." | "?" | "!" = "."): Aligned {
  const english = [...meaning.english];
  const french = contract(meaning.french);
  const last = english.length - 1;
  english[last] = { ...(english[last] as Token), text: `${english[last]?.text}${end}` };
  // French sets a space before ? and !, which makes them words; they belong to the English word that ends in one.
  if (end === ".") {
    const word = french.at(-1) as Token;
    french[french.length - 1] = { ...word, text: `${word.text}.` };
  } else {
    const mark = {};
    english[last] = { ...(english[last] as Token), meanings: [...(english[last] as Token).meanings, mark] };
    french.push({ text: end, meanings: [mark] });
  }
  const text = (words: readonly Token[]): string => capital(words.map((word) => word.text).join(" "));
  return { source: text(english), target: text(french), links: linksBetween(english, french) };
}

function linksBetween(english: readonly Token[], french: readonly Token[]): [number, number][] {
  const places = new Map<object, number[]>();
  french.forEach(({ meanings }, j) => {
    for (const meaning of meanings) places.set(meaning, [...(places.get(meaning) ?? []), j]);
  });
  return english.flatMap(({ meanings }, i) => {
    const linked = new Set(meanings.flatMap((meaning) => places.get(meaning) ?? []));
    return [...linked].sort((a, b) => a - b).map((j): [number, number] => [i, j]);
  });
}

const capital = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

const ELIDED: ReadonlySet<string> = new Set(["le", "la", "je", "ne", "de", "que", "me", "se"]);
const CONTRACTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  de: { le: "du", les: "des" },
  à: { le: "au", les: "aux" },
};

/** French is spoken on: `le eau` is `l'eau`, `de le` is `du`. What grows together keeps the meanings of both. */
function contract(words: readonly Token[]): Token[] {
  const done: Token[] = [];
  for (const word of [...words].reverse()) {
    const next = done[0];
    const joined =
      next && ELIDED.has(word.text) && startsWithVowel(next.text)
        ? `${word.text.slice(0, -1)}'${next.text}`
        : next?.text === "il" && word.text === "si"
          ? "s'il"
          : next && CONTRACTED[word.text]?.[next.text];
    if (next && joined !== undefined) {
      done[0] = { text: joined, meanings: [...word.meanings, ...next.meanings] };
    } else {
      done.unshift(word);
    }
  }
  return done;
}

/** Words in h that behave as if they began with a consonant, and vowels that do too. */
const ASPIRATED = /^(haricot|héros|hollandais|hongr|huit|honteu|haut|onz|oui)/i;

/** Whether a French word makes the word before it elide. h mostly does. */
export function startsWithVowel(word: string): boolean {
  return /^[aeiouhâàéèêëîïôûùœæ]/i.test(word) && !ASPIRATED.test(word);
}
