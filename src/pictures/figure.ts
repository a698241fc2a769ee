import { escapeMarkup } from "./markup.ts";

/** Wider pictures keep their size and scroll in a box of their own; others shrink with the page. */
const SHRINKS_TO = 620;

/** A picture with a caption, as markup of a page. */
export function figure(picture: string, caption?: string): string {
  const width = Number(/viewBox="\S+ \S+ ([\d.]+)/.exec(picture)?.[1] ?? 0);
  const shown =
    width > SHRINKS_TO
      ? // A box that scrolls is reached by the keyboard.
        `<div class="scroll" role="region" tabindex="0" aria-label="${escapeMarkup(caption ?? "picture")}">${picture}</div>`
      : picture;
  return `<figure>${shown}${caption === undefined ? "" : `<figcaption>${escapeMarkup(caption)}</figcaption>`}</figure>`;
}
