import type { Tokenizer } from "heed/text";

/** Most words that are named. */
const MOST = 12;

/** The words of a text that a vocabulary does not have: read as <unk>, or with a character in bytes. At most 12. */
export function unknownWords({ encode, token, special }: Tokenizer, text: string): string[] {
  const isUnknown = (word: string): boolean =>
    encode(word).some((id) => id === special.unk || /^<0x[0-9A-F]{2}>$/.test(token(id)));
  if (!isUnknown(text)) return [];
  const found: string[] = [];
  for (const word of new Set(text.split(/\s+/))) {
    if (found.length === MOST) break;
    if (isUnknown(word)) found.push(word);
  }
  return found;
}
