import { escapeMarkup, short } from "./markup.ts";

/** The colours of pictures by what they mean: on a light page, and on a dark one. */
const colours = {
  text: ["#1c1e21", "#e4e6e8"],
  /** Names of axes and what else is not read first. */
  faint: ["#5c646c", "#a2aab2"],
  rule: ["#c9ced3", "#454d55"],
  /** Behind squares. */
  paper: ["#f1f4f7", "#1d2227"],
  page: ["#ffffff", "#14171a"],
  /** Attention: the fuller, the more. */
  ink: ["#1f5fa8", "#7cc0ff"],
  /** Squares with a number in them, which stays readable on the fullest. */
  wash: ["#6b9bd1", "#38648d"],
  belowWash: ["#d98a5c", "#8a5530"],
  /** Numbers below 0. */
  below: ["#b4480f", "#ff9d5c"],
  /** Frames of known links. */
  frame: ["#b86e00", "#ffc247"],
  /** A token's own vector. */
  own: ["#8a929a", "#7d868f"],
} as const;

/** Heads, in order; told apart by the colour-blind too (after Okabe & Ito). */
const headColours = [
  ["#1f5fa8", "#7cc0ff"],
  ["#c2570c", "#ffa05c"],
  ["#00805d", "#3fd0a4"],
  ["#a83a80", "#f09ace"],
  ["#8a6d00", "#e6c84a"],
  ["#0e7f9e", "#62d4ee"],
  ["#6a4bc4", "#b6a2ff"],
  ["#6b6b6b", "#b8b8b8"],
] as const;

/** How many heads have a colour of their own. */
export const COLOURED_HEADS = headColours.length;

const palette: readonly (readonly [name: string, light: string, dark: string])[] = [
  ...Object.entries(colours).map(([name, [light, dark]]) => [name, light, dark] as const),
  ...headColours.map(([light, dark], i) => [`head${i}`, light, dark] as const),
];

/** A colour by its meaning; it follows the scheme of the page, light or dark. */
export const colour = (name: keyof typeof colours): string => `var(--${name})`;
export const headColour = (head: number): string => `var(--head${head % COLOURED_HEADS})`;

const FONTS = "Inter, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans', sans-serif";

/** Size of text where none is given, in pixels. */
export const FONT = 13;

const declarations = (scheme: 1 | 2): string =>
  palette.map((entry) => `--${entry[0]}: ${entry[scheme]}`).join("; ");

/** For pages and single pictures in a browser; printed, a picture is light. */
const STYLE = `.picture { font: ${FONT}px ${FONTS}; ${declarations(1)} }
@media screen and (prefers-color-scheme: dark) { .picture { ${declarations(2)} } }`;

export interface Drawing {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** What it is, for those who do not see it. */
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description?: string | undefined;
  /** Names it for style sheets. */
  readonly kind: string;
  /** More style; a picture must be readable without. */
  readonly style?: string;
  /** Markup; its text is already escaped. */
  readonly body: readonly string[];
}

/** A picture as SVG: follows the light or dark colour scheme. */
export function svg({ width, height, title, description, kind, style, body }: Drawing): string {
  const [w, h] = [short(width), short(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture ${kind}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escapeMarkup(title)}">`,
    `<style>${STYLE}${style ? `\n${style}` : ""}</style>`,
    ...(description ? [`<desc>${escapeMarkup(description)}</desc>`] : []),
    `<g font-family="${FONTS}" font-size="${FONT}" fill="${colour("text")}">`,
    ...body,
    "</g>",
    "</svg>",
  ].join("\n");
}

/** Space around a picture that stands alone, in pixels. */
const MARGIN = 16;

/**
 * A picture as a file of its own, for slides and other programs: light, on a background, its colours written out where they
 * are used and no style but what a pointer changes.
 */
export function standalone(picture: string): string {
  const light = new Map(palette.map(([name, value]) => [name, value]));
  const [, w = "0", h = "0"] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(picture) ?? [];
  const [width, height] = [Number(w) + 2 * MARGIN, Number(h) + 2 * MARGIN].map(short);
  return picture
    .replace(STYLE, "")
    .replace(/<style>\s*<\/style>\n/, "")
    .replace(
      /viewBox="[^"]*" width="[^"]*" height="[^"]*"/,
      `viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" width="${width}" height="${height}"`,
    )
    .replace(
      "<g font-family",
      `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="${light.get("page")}"/>\n<g font-family`,
    )
    .replace(/var\(--(\w+)\)/g, (_, name: string) => light.get(name) ?? "#000");
}

export interface TextAt {
  readonly x: number;
  readonly y: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly fill?: string;
  readonly size?: number;
  readonly weight?: number;
  /** Degrees, clockwise. */
  readonly turn?: number;
}

/** A line of text; y is its middle. The text is escaped. */
export function text(content: string, { x, y, anchor, fill, size, weight, turn }: TextAt): string {
  // Not dominant-baseline, which some programs ignore.
  const dy = short(0.35 * (size ?? FONT));
  const place = turn
    ? `transform="translate(${short(x)} ${short(y)}) rotate(${turn})"`
    : `x="${short(x)}" y="${short(y)}" dy="${dy}"`;
  const more = [
    anchor && anchor !== "start" ? ` text-anchor="${anchor}"` : "",
    fill ? ` fill="${fill}"` : "",
    size ? ` font-size="${size}"` : "",
    weight ? ` font-weight="${weight}"` : "",
  ].join("");
  return `<text ${place}${more}>${withFaintMarks(content)}</text>`;
}

/** The mark of a word's beginning, faint: the word is what is read. */
const withFaintMarks = (content: string): string =>
  escapeMarkup(content).replaceAll("▁", '<tspan fill-opacity="0.45">▁</tspan>');
