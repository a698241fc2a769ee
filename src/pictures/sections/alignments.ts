import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";

/** Pictures made by `alignmentSvg`. A caption names the layer and heads shown, and which row belongs to a word. */
export function alignmentsSection(
  alignments: readonly { readonly svg: string; readonly caption: string }[],
  note?: string,
): Section {
  const title = "Attention";
  if (alignments.length === 0) return { title, content: "" };
  const figures = alignments.map(
    ({ svg, caption }) => `<figure>${svg}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`,
  );
  return {
    title,
    note,
    content: `<p>Rows are words of the translation, columns words of the source. The stronger the colour of a square, the more attention.
Frames mark the links of a gold alignment.</p>
<div class="alignments">${figures.join("\n")}</div>`,
  };
}
