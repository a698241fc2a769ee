import type { ComponentChildren } from "preact";

/** A formula: a_{1,2} has a subscript, e^{s} a superscript; both may be nested. */
export function Maths({ of }: { readonly of: string }) {
  return <span class="maths">{parts(of)}</span>;
}

function parts(text: string): ComponentChildren[] {
  const found: ComponentChildren[] = [];
  let plain = "";
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if ((sign !== "_" && sign !== "^") || text[i + 1] !== "{") {
      plain += sign;
      continue;
    }
    const end = closing(text, i + 1);
    found.push(plain);
    plain = "";
    const inside = parts(text.slice(i + 2, end));
    found.push(sign === "_" ? <sub>{inside}</sub> : <sup>{inside}</sup>);
    i = end;
  }
  return [...found, plain];
}

/** The place of the brace that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  return text.length;
}

/** The same without markup, for labels. */
export const plainly = (formula: string): string => formula.replace(/[_^]\{([^{}]*)\}/g, "$1");
