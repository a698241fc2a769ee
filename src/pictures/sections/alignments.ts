import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";

/** Pictures made by `alignmentSvg`, each with what it shows. */
export function alignmentsSection(
  alignments: readonly { readonly svg: string; readonly caption: string }[],
): Section {
  const title = "Where it looks";
  if (alignments.length === 0) return { title, content: "" };
  const figures = alignments.map(
    ({ svg, caption }) => `<figure>${svg}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`,
  );
  return {
    title,
    content: `<p>Each row is a word it wrote, each column a word it read: the darker a square, the more it looked there. Frames
are the links a person, or a grammar, would draw.</p>
<div class="alignments">${figures.join("\n")}</div>`,
  };
}
