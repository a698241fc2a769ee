import { alignmentSvg } from "./alignment-svg.ts";
import { escapeMarkup } from "./markup.ts";
import { type Facts, page, type Section } from "./page.ts";

/** The heads of one attention layer, or matrices that are shown like them. */
export interface ShownAttention {
  /** "Decoder layer 1: what it reads of the source" */
  readonly title: string;
  readonly note: string;
  /** Tokens down: those that are written, or that read. */
  readonly rows: readonly string[];
  /** Tokens across: those that are read from. */
  readonly columns: readonly string[];
  readonly pictures: readonly {
    readonly caption: string;
    readonly weights: readonly (readonly number[])[];
  }[];
}

export interface AttentionPage {
  readonly title: string;
  readonly subtitle?: string;
  readonly facts: Facts;
  /** The model's output at each place. */
  readonly said: readonly {
    readonly expected: string;
    readonly probability: number;
    readonly likeliest: string;
  }[];
  readonly attentions: readonly ShownAttention[];
}

/** Attention inside a model as a page: a picture for each head, no script. */
export function attentionPage({ title, subtitle, facts, said, attentions }: AttentionPage): string {
  return page({
    title,
    subtitle,
    facts,
    sections: [...attentions.map(attentionSection), saidSection(said)],
  });
}

function attentionSection({ title, note, rows, columns, pictures }: ShownAttention): Section {
  const figures = pictures.map(({ caption, weights }) => {
    const svg = alignmentSvg({ source: columns, target: rows, weights, title: `${title}, ${caption}` });
    return `<figure>${svg}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`;
  });
  return {
    title,
    note,
    content: figures.length > 0 ? `<div class="alignments">${figures.join("\n")}</div>` : "",
  };
}

function saidSection(said: AttentionPage["said"]): Section {
  const rows = said.map(({ expected, probability, likeliest }) => {
    const other =
      likeliest === expected ? "" : `<div class="reference">likeliest: ${escapeMarkup(likeliest)}</div>`;
    return `<tr><td>${escapeMarkup(expected)}${other}</td><td>${(100 * probability).toFixed(1)} %</td></tr>`;
  });
  const head = "<thead><tr><th>Token</th><th>Its probability</th></tr></thead>";
  return {
    title: "What the model says",
    content: rows.length > 0 ? `<table>${head}<tbody>${rows.join("\n")}</tbody></table>` : "",
  };
}
