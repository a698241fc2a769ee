/** Writes characters that control a terminal or reorder a line as \u{…}, and a line feed as a space. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (c) => {
    return c === "\n" ? " " : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** Replaces line breaks by spaces: a model may write their bytes. */
export const oneLine = (text: string): string => text.replace(/[\n\r]/g, " ");
