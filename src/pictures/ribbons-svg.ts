import { escapeMarkup, short } from "./markup.ts";
import { COLOURED_HEADS, colour, headColour, svg, text } from "./svg.ts";
import { tokenLabel, widest } from "./token-label.ts";

export interface RibbonsPicture {
  /** Tokens that are read from, on the left. */
  readonly source: readonly string[];
  /** Tokens that read or are written, on the right. */
  readonly target: readonly string[];
  /** [head][target][source], each row sums to 1: one matrix, or one for each head. */
  readonly heads: readonly (readonly (readonly number[])[])[];
  /** Names of both sides. */
  readonly axes: { readonly across: string; readonly down: string };
  readonly title: string;
}

/** Height of a weight of 1, least height of a token, gap between tokens, space for ribbons, in pixels. */
const [UNIT, LEAST, GAP, BETWEEN] = [22, 17, 7, 260];
const NODE = 5;
const TOP = 26;
/** Thinner ribbons are left out: they could not be seen. */
const SMALLEST = 0.02;

/**
 * Attention as ribbons from the tokens that are read to those that read them, as wide as the weight. What arrives at a token
 * adds up to 1; the bar beside a source token is as tall as all the attention it gets. Heads have colours, up to eight of
 * them; more are drawn as their mean. Pointing at a token shows its ribbons alone.
 */
export function ribbonsSvg({ source, target, heads: given, axes, title }: RibbonsPicture): string {
  const heads = given.length > COLOURED_HEADS ? [meanOf(given)] : given;
  const mean = meanOf(heads);
  const received = source.map((_, i) => mean.reduce((sum, row) => sum + (row[i] ?? 0), 0));
  const heights = received.map((total) => Math.max(LEAST, total * UNIT));
  const sourceHeight = heights.reduce((sum, height) => sum + height + GAP, 0);
  const targetHeight = target.length * (UNIT + GAP);
  const height = TOP + Math.max(sourceHeight, targetHeight);
  const [left, right] = [source.map(tokenLabel), target.map(tokenLabel)];
  const from = widest([...left, axes.across]) + 8 + NODE;
  const to = from + BETWEEN;
  const sourceTops = stacked(heights, TOP + (height - TOP - sourceHeight) / 2);
  const targetTops = stacked(
    target.map(() => UNIT),
    TOP + (height - TOP - targetHeight) / 2,
  );
  // Where the next ribbon leaves each source token.
  const leaves = sourceTops.map((y, i) => y + ((heights[i] as number) - (received[i] as number) * UNIT) / 2);
  const bars = source.map(
    (_, i) =>
      `<rect x="${short(from - NODE)}" y="${short(leaves[i] as number)}" width="${NODE}" height="${short((received[i] as number) * UNIT)}"><title>${escapeMarkup(source[i] as string)}: ${(received[i] as number).toFixed(2)} in all</title></rect>`,
  );
  const rows = target.map((token, j) => {
    let arrives = targetTops[j] as number;
    const ribbons = source.flatMap((read, i) =>
      heads.flatMap((matrix, head) => {
        const weight = matrix[j]?.[i] ?? 0;
        const thickness = (weight * UNIT) / heads.length;
        const [a, b] = [leaves[i] as number, arrives];
        leaves[i] = a + thickness;
        arrives += thickness;
        if (weight < SMALLEST) return [];
        const fill = heads.length > 1 ? ` fill="${headColour(head)}"` : "";
        const tip = `${escapeMarkup(token)} ← ${escapeMarkup(read)}: ${weight.toFixed(3)}${heads.length > 1 ? `, head ${head + 1}` : ""}`;
        return [
          `<path d="${band(from, a, to, b, thickness)}" fill-opacity="${short(0.25 + 0.65 * Math.min(1, weight))}"${fill}><title>${tip}</title></path>`,
        ];
      }),
    );
    const y = targetTops[j] as number;
    return [
      `<g class="row">${ribbons.join("")}`,
      `<rect x="${short(to)}" y="${short(y)}" width="${NODE}" height="${UNIT}" fill="${colour("own")}"/>`,
      `<g fill="${colour("text")}">${text(right[j] as string, { x: to + NODE + 6, y: y + UNIT / 2 })}</g></g>`,
    ].join("");
  });
  const names = { fill: colour("faint"), size: 11, y: 8 };
  const key = heads.length > 1 ? headKey(heads.length, from, height + 14) : [];
  return svg({
    kind: "ribbons",
    title,
    description: `Ribbons from ${source.length} tokens on the left to ${target.length} on the right, as wide as the attention between them.`,
    style:
      ".ribbons .row { transition: opacity .15s } .ribbons .rows:hover .row { opacity: .12 } .ribbons .rows .row:hover { opacity: 1 }",
    width: to + NODE + 6 + Math.max(widest(right), widest([axes.down], 11)) + 4,
    height: height + (heads.length > 1 ? 26 : 2),
    body: [
      text(axes.across, { x: from - NODE, anchor: "end", ...names }),
      text(axes.down, { x: to + NODE, ...names }),
      `<g class="nodes" fill="${colour("own")}">${bars.join("")}</g>`,
      ...left.map((token, i) =>
        text(token, {
          x: from - NODE - 6,
          y: (sourceTops[i] as number) + (heights[i] as number) / 2,
          anchor: "end",
        }),
      ),
      `<g class="rows" fill="${colour("ink")}">${rows.join("\n")}</g>`,
      ...key,
    ],
  });
}

const meanOf = (matrices: RibbonsPicture["heads"]): RibbonsPicture["heads"][number] =>
  (matrices[0] ?? []).map((row, j) =>
    row.map((_, i) => matrices.reduce((sum, one) => sum + (one[j]?.[i] ?? 0), 0) / matrices.length),
  );

/** The tops of boxes under each other. */
function stacked(heights: readonly number[], top: number): number[] {
  let y = top;
  return heights.map((height) => {
    const here = y;
    y += height + GAP;
    return here;
  });
}

/** A band of even height from (x0, y0) to (x1, y1), level at both ends. */
function band(x0: number, y0: number, x1: number, y1: number, thickness: number): string {
  const middle = short((x0 + x1) / 2);
  const [a, b, c, d] = [y0, y1, y1 + thickness, y0 + thickness].map(short);
  return `M${short(x0)} ${a}C${middle} ${a} ${middle} ${b} ${short(x1)} ${b}V${c}C${middle} ${c} ${middle} ${d} ${short(x0)} ${d}Z`;
}

function headKey(count: number, x: number, y: number): string[] {
  return Array.from({ length: count }, (_, head) => {
    const at = x + (head * BETWEEN) / count;
    const swatch = `<rect x="${short(at)}" y="${short(y - 5)}" width="9" height="9" fill="${headColour(head)}"/>`;
    return (
      swatch + text(head === 0 ? "head 1" : `${head + 1}`, { x: at + 12, y, fill: colour("faint"), size: 10 })
    );
  });
}
