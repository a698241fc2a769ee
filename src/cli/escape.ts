/** Text with everything that could steer a terminal or reorder a line written as \u{…}. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (c) => {
    return c === "\n" ? " " : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** Text without what would end its line: a model may write the bytes of a line end. */
export const oneLine = (text: string): string => text.replace(/[\n\r]/g, " ");
