export type BleuTokenizer = "13a" | "none" | "char";

/** Text with spaces between words, by the name that stands in a signature. */
export const tokenizers = {
  "13a": tokenize13a,
  none: (line: string): string => line,
  char: (line: string): string => [...line].filter((c) => !/\s/.test(c)).join(" "),
} as const satisfies Record<BleuTokenizer, (line: string) => string>;

/** mteval-v13a's tokeniser as sacreBLEU has it: ASCII punctuation apart, except inside numbers. */
export function tokenize13a(line: string): string {
  const joined = line
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return ` ${joined} `
    .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ")
    .split(/\s+/)
    .filter(Boolean)
    .join(" ");
}
