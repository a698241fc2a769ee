import { colour, svg, text } from "../src/pictures/svg.ts";

export interface Diagram {
  readonly title: string;
  readonly boxes: readonly {
    readonly name: string;
    /** A line below the name. */
    readonly note: string;
    readonly column: number;
    readonly row: number;
    /** Given from outside or handed out, rather than computed. */
    readonly isLeaf: boolean;
    /** Drawn in the second colour. */
    readonly isNew: boolean;
  }[];
  /** Indices of boxes. */
  readonly arrows: readonly { readonly from: number; readonly to: number }[];
}

const [WIDTH, HEIGHT, ACROSS, DOWN, EDGE] = [88, 40, 124, 62, 8];

/** Boxes in columns, from left to right, with arrows between them. Follows the light or dark colour scheme. */
export function diagram({ title, boxes, arrows }: Diagram): string {
  const place = boxes.map(({ column, row }) => ({ x: EDGE + column * ACROSS, y: EDGE + row * DOWN }));
  const at = (i: number): { x: number; y: number } => place[i] ?? { x: 0, y: 0 };
  const lines = arrows.map(({ from, to }) => arrow(at(from), at(to), boxes[to]?.isNew === true));
  const drawn = boxes.map(({ name, note, isLeaf, isNew }, i) => {
    const { x, y } = at(i);
    const stroke = colour(isNew ? "below" : isLeaf ? "faint" : "ink");
    return [
      `<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="${isLeaf ? HEIGHT / 2 : 6}" fill="${colour("paper")}" stroke="${stroke}" stroke-width="1.5"/>`,
      text(name, { x: x + WIDTH / 2, y: y + 14, anchor: "middle", weight: 600 }),
      text(note, { x: x + WIDTH / 2, y: y + 30, anchor: "middle", size: 10.5, fill: colour("faint") }),
    ].join("\n");
  });
  return svg({
    title,
    kind: "diagram",
    width: Math.max(...place.map(({ x }) => x)) + WIDTH + EDGE,
    height: Math.max(...place.map(({ y }) => y)) + HEIGHT + EDGE,
    body: [...lines, ...drawn],
  });
}

function arrow(from: { x: number; y: number }, to: { x: number; y: number }, isNew: boolean): string {
  const stroke = colour(isNew ? "below" : "faint");
  // One below the other in a column, or from left to right.
  const isBelow = from.x === to.x;
  const [x1, y1] = isBelow ? [from.x + WIDTH / 2, from.y + HEIGHT] : [from.x + WIDTH, from.y + HEIGHT / 2];
  const [x2, y2] = isBelow ? [to.x + WIDTH / 2, to.y] : [to.x, to.y + HEIGHT / 2];
  const bend = (x2 - x1) / 2;
  const path = isBelow
    ? `M${x1} ${y1}V${y2 - 6}`
    : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 6} ${y2}`;
  const head = isBelow ? `M${x2 - 4} ${y2 - 7}h8l-4 7z` : `M${x2 - 7} ${y2 - 4}v8l7 -4z`;
  return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="1.3"/><path d="${head}" fill="${stroke}"/>`;
}
