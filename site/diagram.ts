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

const [WIDTH, HEIGHT, ACROSS, DOWN, EDGE, LANE] = [88, 40, 124, 62, 8, 12];

/** Boxes in columns, from left to right, with arrows between them. Follows the light or dark colour scheme. */
export function diagram({ title, boxes, arrows }: Diagram): string {
  const place = boxes.map(({ column, row }) => ({ x: EDGE + column * ACROSS, y: EDGE + row * DOWN }));
  const at = (i: number): { x: number; y: number } => place[i] ?? { x: 0, y: 0 };
  const bottom = Math.max(...place.map(({ y }) => y)) + HEIGHT;
  // An arrow that passes other columns goes below all boxes, each in a lane of its own.
  const isLong = ({ from, to }: { from: number; to: number }): boolean => at(to).x - at(from).x > ACROSS;
  const long = arrows.filter(isLong);
  const lines = arrows.map((each) => {
    const lane = isLong(each) ? bottom + LANE * (long.indexOf(each) + 1) : undefined;
    return arrow(at(each.from), at(each.to), boxes[each.to]?.isNew === true, lane);
  });
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
    height: bottom + LANE * long.length + EDGE,
    body: [...lines, ...drawn],
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function arrow(from: Point, to: Point, isNew: boolean, lane: number | undefined): string {
  const stroke = colour(isNew ? "below" : "faint");
  // One below the other in a column, or from left to right.
  const isBelow = from.x === to.x;
  const [x1, y1] = isBelow ? [from.x + WIDTH / 2, from.y + HEIGHT] : [from.x + WIDTH, from.y + HEIGHT / 2];
  const [x2, y2] = isBelow ? [to.x + WIDTH / 2, to.y] : [to.x, to.y + HEIGHT / 2];
  const half = (ACROSS - WIDTH) / 2;
  const end = x2 - 6;
  const path = isBelow
    ? `M${x1} ${y1}V${y2 - 6}`
    : lane === undefined
      ? `M${x1} ${y1}C${x1 + half} ${y1} ${x2 - half} ${y2} ${end} ${y2}`
      : `M${x1} ${y1}C${x1 + half} ${y1} ${x1 + half / 2} ${lane} ${x1 + half + 10} ${lane}H${x2 - half - 10}C${x2 - half / 2} ${lane} ${x2 - half} ${y2} ${end} ${y2}`;
  const head = isBelow ? `M${x2 - 4} ${y2 - 7}h8l-4 7z` : `M${x2 - 7} ${y2 - 4}v8l7 -4z`;
  return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="1.3"/><path d="${head}" fill="${stroke}"/>`;
}
