import { escapeMarkup, short } from "./markup.ts";
import { colour, svg, text } from "./svg.ts";
import { tokenLabel, widest, widthOf } from "./token-label.ts";

export interface ContributionsPicture {
  /** Tokens down: whose vector is made. */
  readonly rows: readonly string[];
  /** Tokens whose values are mixed in. */
  readonly columns: readonly string[];
  /** The length of each row's own vector; absent where nothing is kept of it. */
  readonly own?: readonly number[] | undefined;
  /** [row][column]: the length of what is mixed in. */
  readonly mixed: readonly (readonly number[])[];
  /** [row][column]: attention weights. A row says when the largest is not that of the largest vector. */
  readonly weights: readonly (readonly number[])[];
  readonly title: string;
}

const [ROW, BAR, GAP] = [28, 400, 8];
/** How many tokens have a part of their own; the others share the last. */
const NAMED = 4;
const OPACITIES = [0.9, 0.45, 0.32, 0.22];

/**
 * Each row's vector as a bar: its own, in grey, and those that attention mixes in, the longest first. All bars have one
 * scale. Beside a bar, its parts in words, as shares of the bar.
 */
export function contributionsSvg(picture: ContributionsPicture): string {
  const { rows, columns, own, title } = picture;
  const labels = rows.map(tokenLabel);
  const left = widest(labels) + GAP;
  const parts = rows.map((_, i) => partsOf(picture, i));
  const totals = parts.map((each) => each.reduce((sum, { size }) => sum + size, 0));
  const most = totals.reduce((a, b) => Math.max(a, b), 1e-12);
  const words = parts.map((each, i) => inWords(each, totals[i] as number) + flagged(picture, i));
  const lines = rows.map((_, i) => {
    const y = i * ROW + 22;
    let x = left;
    const segments = (parts[i] as Part[]).map(({ name, size, fill, opacity }) => {
      const width = (BAR * size) / most;
      const [at, label] = [x, tokenLabel(name)];
      x += width;
      const isDark = opacity > 0.8;
      const inside =
        widthOf(label, 12) + 8 < width
          ? text(label, {
              x: at + 4,
              y: y + ROW / 2 - 2,
              size: 12,
              fill: colour(isDark && fill === colour("ink") ? "page" : "text"),
            })
          : "";
      return `<g><title>${escapeMarkup(name)}: ${size.toPrecision(3)}</title><rect x="${short(at)}" y="${y}" width="${short(Math.max(0, width - 1))}" height="${ROW - 6}" fill="${fill}" fill-opacity="${opacity}"/>${inside}</g>`;
    });
    return [
      text(labels[i] as string, { x: left - GAP, y: y + ROW / 2 - 2, anchor: "end" }),
      ...segments,
      text(words[i] as string, { x: x + GAP, y: y + ROW / 2 - 2, size: 12, fill: colour("faint") }),
    ].join("");
  });
  const ends = words.map((each, i) => left + (BAR * (totals[i] as number)) / most + GAP + widthOf(each, 12));
  const scale = most.toPrecision(3);
  return svg({
    kind: "contributions",
    title,
    description: `${rows.length} bars of vector lengths: ${own ? "the row's own vector and " : ""}what attention mixes in from ${columns.length} tokens.`,
    width: ends.reduce((a, b) => Math.max(a, b), left + BAR),
    height: rows.length * ROW + 22,
    body: [
      text("0", { x: left, y: 8, size: 12, fill: colour("faint") }),
      text(`length ${scale}`, { x: left + BAR, y: 8, size: 12, fill: colour("faint"), anchor: "end" }),
      `<path d="M${short(left)} 16H${short(left + BAR)}M${short(left)} 13V19M${short(left + BAR)} 13V19" stroke="${colour("rule")}" fill="none"/>`,
      ...lines,
    ],
  });
}

interface Part {
  readonly name: string;
  readonly size: number;
  readonly fill: string;
  readonly opacity: number;
}

function partsOf({ columns, own, mixed }: ContributionsPicture, row: number): Part[] {
  const sizes = mixed[row] ?? [];
  const order = [...sizes.keys()].sort((a, b) => (sizes[b] as number) - (sizes[a] as number));
  const named = order.slice(0, NAMED).map((j, rank) => ({
    name: columns[j] ?? "",
    size: sizes[j] as number,
    fill: colour("ink"),
    opacity: OPACITIES[rank] as number,
  }));
  const others = order.slice(NAMED).reduce((sum, j) => sum + (sizes[j] as number), 0);
  return [
    ...(own ? [{ name: "itself", size: own[row] ?? 0, fill: colour("own"), opacity: 0.55 }] : []),
    ...named,
    ...(others > 0 ? [{ name: "others", size: others, fill: colour("ink"), opacity: 0.12 }] : []),
  ];
}

/** "itself 62 %, ▁green 21 %, ▁car 9 %, others 8 %" */
function inWords(parts: readonly Part[], total: number): string {
  const shown = parts.filter(({ size }) => size >= 0.02 * total);
  return shown
    .map(({ name, size }) => `${tokenLabel(name)} ${Math.round((100 * size) / total)} %`)
    .join(", ");
}

/** The largest weight may belong to a short value: then another token contributes most. Not said of near ties. */
function flagged({ columns, mixed, weights }: ContributionsPicture, row: number): string {
  const largest = (values: readonly number[]): number =>
    values.reduce((best, value, j) => (value > (values[best] as number) ? j : best), 0);
  const [byWeight, bySize] = [largest(weights[row] ?? []), largest(mixed[row] ?? [])];
  const weight = (token: number): number => weights[row]?.[token] ?? 0;
  const isTie = weight(byWeight) < 1.1 * weight(bySize);
  return byWeight === bySize || isTie ? "" : ` (most weight: ${tokenLabel(columns[byWeight] ?? "")})`;
}
