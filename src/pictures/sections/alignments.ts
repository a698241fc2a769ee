import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";

/** Pictures made by `alignmentSvg`; a caption says which layer and heads are shown, and which row belongs to a word. */
export function alignmentsSection(
  alignments: readonly { readonly svg: string; readonly caption: string }[],
  note?: string,
): Section {
  const title = "Where it looks";
  if (alignments.length === 0) return { title, content: "" };
  const figures = alignments.map(
    ({ svg, caption }) => `<figure>${svg}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`,
  );
  return {
    title,
    note,
    content: `<p>Each row is a word of the translation, each column a word of the source: the fuller the colour of a square, the more it looked
there. Frames are the links of a gold alignment.</p>
<div class="alignments">${figures.join("\n")}</div>`,
  };
}
