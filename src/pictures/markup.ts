/** Escapes text for SVG and HTML: nothing in it is ever markup. */
export function escapeMarkup(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) return "\ufffd"; // a lone surrogate
    // Characters that control something, change the direction of text or may not stand in XML: their code point is shown.
    if (isControl(code) || isDirectional(code) || code === 0xfffe || code === 0xffff) {
      return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
    }
    return ESCAPES[character] ?? character;
  }).join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const isControl = (code: number): boolean =>
  (code < 0x20 && code !== 9 && code !== 10) || (code >= 0x7f && code < 0xa0);

const isDirectional = (code: number): boolean =>
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

/** Formats a number for an attribute, with at most two decimals. */
export const short = (value: number): string => String(Math.round(value * 100) / 100);
