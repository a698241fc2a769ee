import { alignmentSvg } from "../alignment-svg.ts";
import { type ContributionsPicture, contributionsSvg } from "../contributions-svg.ts";
import { figure } from "../figure.ts";
import { headsSvg } from "../heads-svg.ts";
import type { Section } from "../page.ts";
import { ribbonsSvg } from "../ribbons-svg.ts";

type Matrix = readonly (readonly number[])[];

/** One attention of a model, in all of its layers. */
export interface ShownAttention {
  /** "Cross-attention" */
  readonly title: string;
  readonly note: string;
  /** Tokens down: those that are written, or that read. */
  readonly rows: readonly string[];
  /** Tokens across: those that are read from. */
  readonly columns: readonly string[];
  readonly axes: { readonly across: string; readonly down: string };
  /** Known links, [column, row]. */
  readonly gold?: readonly (readonly [number, number])[] | undefined;
  readonly layers: readonly {
    /** "Decoder layer 2" */
    readonly name: string;
    readonly heads: readonly Matrix[];
    readonly mean: Matrix;
  }[];
  /** The layer that is shown large, from 0. */
  readonly layer: number;
  /** The head that is shown large, from 0. Default: the mean. */
  readonly head?: number | undefined;
  /** What the layer mixes into each vector. */
  readonly contributions?: Omit<ContributionsPicture, "title"> | undefined;
}

/** With more squares than this a page would be slow: heads are then shown as thumbnails only. */
const MOST_SQUARES = 10_000;

/** The layer that is shown large, as squares and as ribbons; what it mixes in; and all heads of all layers. */
export function attentionSection(shown: ShownAttention): Section {
  const { title, note, rows, columns, axes, gold, layers, layer, head, contributions } = shown;
  const large = layers[layer];
  if (!large) return { title, content: "" };
  const weights = head === undefined ? large.mean : (large.heads[head] as Matrix);
  const which = `${large.name}, ${headName(head, large.heads.length)}`;
  const name = `${title}: ${which}`;
  const isSum = head === undefined && large.heads.length > 1;
  const added = isSum ? `${large.name}, all heads together` : which;
  const squares = alignmentSvg({
    source: columns,
    target: rows,
    weights,
    gold,
    axes,
    legend: "weight",
    title: name,
  });
  const ribbons = ribbonsSvg({
    source: columns,
    target: rows,
    heads: [weights],
    axes,
    title: `${name}, as ribbons`,
  });
  const pair = `<div class="pictures">${figure(squares, which)}${figure(ribbons, `${which}: ribbons as wide as the weights`)}</div>`;
  const hasHeads = layers.some(({ heads }) => heads.length > 1);
  const parts = [
    pair,
    ...(contributions
      ? [
          "<h3>What is mixed in</h3>",
          `<p class="note">${contributionsNote(contributions.own !== undefined)}</p>`,
          figure(
            contributionsSvg({ ...contributions, title: `${title}: what is mixed in, ${added}` }),
            added,
          ),
        ]
      : []),
    ...(layers.length > 1 || hasHeads ? ["<h3>All layers and heads</h3>", allHeads(shown)] : []),
  ];
  return { title, note, content: parts.join("\n") };
}

const headName = (head: number | undefined, count: number): string =>
  count === 1 ? "its one head" : head === undefined ? `mean of ${count} heads` : `head ${head + 1}`;

const contributionsNote = (hasOwn: boolean): string =>
  `${hasOwn ? "The new vector of a token is its own (grey) plus what attention adds to it. " : ""}Blue: the lengths of the weighted values, as they are added; in words, their share of the bar. Lengths of vectors in different directions do not add up to the length of their sum. “Most weight” names the token with the largest weight where another contributes most.`;

function allHeads(shown: ShownAttention): string {
  const { title, rows, columns, layers } = shown;
  const thumbnails = layers.map(({ name, heads, mean }) =>
    heads.length > 1
      ? figure(headsSvg({ rows, columns, heads, mean, title: `${title}, ${name}: all heads` }), name)
      : figure(
          alignmentSvg({ source: columns, target: rows, weights: mean, title: `${title}, ${name}` }),
          name,
        ),
  );
  return `<div class="heads">${thumbnails.join("\n")}</div>\n${everyHead(shown)}`;
}

function everyHead({ title, rows, columns, layers, gold, axes }: ShownAttention): string {
  const shown = layers.filter(({ heads }) => heads.length > 1);
  const squares = shown.reduce((sum, { heads }) => sum + heads.length * rows.length * columns.length, 0);
  if (squares === 0) return "";
  if (squares > MOST_SQUARES)
    return `<p class="note">There are too many heads to show each with its tokens; <code>--layer</code> and <code>--head</code> show one.</p>`;
  const parts = shown.map(({ name, heads }) => {
    const figures = heads.map((weights, head) => {
      const which = `${title}, ${name}, head ${head + 1}`;
      return figure(
        alignmentSvg({ source: columns, target: rows, weights, gold, axes, title: which }),
        `${name}, head ${head + 1}`,
      );
    });
    return `<div class="pictures">${figures.join("\n")}</div>`;
  });
  return `<details><summary>Every head with its tokens</summary>${parts.join("\n")}</details>`;
}
