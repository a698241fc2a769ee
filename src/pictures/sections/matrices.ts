import { alignmentSvg } from "../alignment-svg.ts";
import { figure } from "../figure.ts";
import type { Section } from "../page.ts";

/** Matrices of the same tokens, beside each other. */
export interface ShownMatrices {
  readonly title: string;
  readonly note: string;
  /** Tokens down. */
  readonly rows: readonly string[];
  /** Tokens across. */
  readonly columns: readonly string[];
  readonly pictures: readonly {
    readonly caption: string;
    /** [row][column], 0 to 1. */
    readonly weights: readonly (readonly number[])[];
  }[];
}

/** A heat map for each matrix. */
export function matricesSection({ title, note, rows, columns, pictures }: ShownMatrices): Section {
  const figures = pictures.map(({ caption, weights }) =>
    figure(alignmentSvg({ source: columns, target: rows, weights, title: `${title}, ${caption}` }), caption),
  );
  return {
    title,
    note,
    content: figures.length > 0 ? `<div class="pictures">${figures.join("\n")}</div>` : "",
  };
}
