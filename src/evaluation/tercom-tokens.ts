import { separateStops, separateSymbols, splitSpaces, trimEnd, unescapeXml } from "./tokenize.ts";

export interface TerOptions {
  /** Whether to separate punctuation and undo XML escapes, as Tercom does. Default false. */
  readonly normalized?: boolean;
  /** Whether to remove punctuation. Default false. */
  readonly noPunctuation?: boolean;
  /** Whether the two above also apply to Chinese and Japanese characters and punctuation. Default false. */
  readonly asianSupport?: boolean;
  /** Default false. */
  readonly caseSensitive?: boolean;
}

/** Splits `text` into words like Tercom. */
export function tercomTokens(text: string, options: TerOptions): string[] {
  const { normalized, noPunctuation, asianSupport, caseSensitive } = options;
  let line = trimEnd(text);
  if (!caseSensitive) line = line.toLowerCase();
  if (normalized) line = normalize(line);
  if (normalized && asianSupport) line = line.replace(asianAlone, " $& ").replace(asianPunctuation, " $& ");
  if (noPunctuation) line = line.replace(/[.,?:;!"()]/gu, "");
  if (noPunctuation && asianSupport) line = line.replace(asianPunctuation, "");
  return splitSpaces(line);
}

/** mteval's rules; also splits the English possessive from its noun. */
function normalize(text: string): string {
  const plain = unescapeXml(text.replaceAll("\n-", "").replaceAll("\n", " "));
  return separateStops(separateSymbols(` ${plain} `).replaceAll("'s ", " 's "));
}

/** Ideographs, strokes, radicals, compatibility forms, enclosed letters. As in sacreBLEU, kana are not split. */
const asianAlone = /[\u2e80-\u2eff\u31c0-\u31ef\u3200-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f]/gu;

/** Ideographic and full-width punctuation. */
const asianPunctuation =
  /[\u3001\u3002\u3008-\u3011\u3014-\u301f\u30fb\uff01\uff02\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff61-\uff65]/gu;
