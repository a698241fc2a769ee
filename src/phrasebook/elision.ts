/** French words that grow together with the next one. */

/** A word and the set of meanings it carries, one bit each: words of both sides that share a meaning are linked. */
export interface Token {
  readonly text: string;
  readonly meanings: number;
}

const ELIDED: ReadonlySet<string> = new Set(["le", "la", "je", "ne", "de", "que", "me", "se"]);
const CONTRACTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  de: { le: "du", les: "des" },
  à: { le: "au", les: "aux" },
};

/** The word that two words make, if they grow together. */
function joined(word: string, next: string): string | undefined {
  if (ELIDED.has(word)) {
    if (startsWithVowel(next)) return `${word.slice(0, -1)}'${next}`;
  } else if (word === "si" && (next === "il" || next === "ils")) {
    return `s'${next}`;
  }
  return word === "de" || word === "à" ? CONTRACTED[word]?.[next] : undefined;
}

/** Elision and contraction: `le eau` becomes `l'eau`, `de le` becomes `du`. A contracted word keeps both meanings. */
export function contract(words: readonly Token[]): Token[] {
  const done: Token[] = [];
  for (let i = words.length - 1; i >= 0; i--) {
    const word = words[i] as Token;
    const next = done.at(-1);
    const both = next && joined(word.text, next.text);
    if (next && both !== undefined) {
      done[done.length - 1] = { text: both, meanings: word.meanings | next.meanings };
    } else {
      done.push(word);
    }
  }
  return done.reverse();
}

/** Words in h that behave as if they began with a consonant, and vowels that do too. */
const ASPIRATED = /^(haricot|héros|hollandais|hongr|huit|honteu|haut|onz|oui)/i;
const known = new Map<string, boolean>();

/** Whether a French word makes the word before it elide. h mostly does. */
export function startsWithVowel(word: string): boolean {
  const answer = known.get(word) ?? (/^[aeiouhâàéèêëîïôûùœæ]/i.test(word) && !ASPIRATED.test(word));
  known.set(word, answer);
  return answer;
}
