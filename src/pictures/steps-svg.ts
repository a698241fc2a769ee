import { escapeMarkup, short } from "./markup.ts";
import { colour, svg, text } from "./svg.ts";
import { tokenLabel, widest } from "./token-label.ts";

/** A recurrent network's way through a text, step by step. Every list has one entry for each step, in the text's order. */
export interface StepsPicture {
  readonly title: string;
  /** The token read at each step. */
  readonly reads: readonly string[];
  /** How far each gate is open, 0 to 1, on average over the state. */
  readonly gates: readonly { readonly name: string; readonly open: readonly number[] }[];
  /** The length of the state after the step. */
  readonly norms: readonly number[];
  /** The length of its difference from the state before; undefined where that is unknown. */
  readonly changes: readonly (number | undefined)[];
  /** Some units of the state, [unit][step], -1 to 1. */
  readonly units: readonly (readonly number[])[];
  /** What the units are: "64 of 256 units" */
  readonly unitsNote: string;
  /** Attention at each step, [step][source token]. */
  readonly attention?:
    | { readonly source: readonly string[]; readonly weights: readonly (readonly number[])[] }
    | undefined;
  /** What is written at each step, with its probability. */
  readonly written?: readonly { readonly token: string; readonly probability: number }[] | undefined;
}

const COLUMN = 44;
const UNIT = 4;
const LINE = 22;
const GAP = 14;
const SHADES = 10;

/**
 * Steps from left to right; under each, the gates, the length of the state and of its change, the state's units, where the
 * step attends, and what it writes.
 */
export function stepsSvg(picture: StepsPicture): string {
  const { title, reads, gates, norms, changes, units, unitsNote, attention, written } = picture;
  const tokens = reads.map(tokenLabel);
  const names = ["length of the change", unitsNote, ...(attention ? attention.source.map(tokenLabel) : [])];
  const left = widest([...names, ...gates.map(({ name }) => name)], 11) + 10;
  const slant = widest(tokens) * Math.SQRT1_2;
  const right = left + reads.length * COLUMN;
  const centre = (step: number): number => left + (step + 0.5) * COLUMN;
  const label = (name: string, y: number): string =>
    text(name, { x: left - 8, y, size: 11, anchor: "end", fill: colour("faint") });
  let y = slant + 12;
  const body = [
    text("reads →", { x: 0, y: Math.max(8, y - 10), size: 11, fill: colour("faint") }),
    ...tokens.map((token, step) => text(token, { x: centre(step) - 2, y: y - 6, turn: -45 })),
  ];
  for (const { name, open } of gates) {
    body.push(label(name, y + LINE / 2), ...open.map((value, step) => cell(value, left + step * COLUMN, y)));
    y += LINE + 2;
  }
  y += GAP - 4;
  const longest = Math.max(1e-12, ...norms, ...changes.map((value) => value ?? 0));
  for (const [name, values] of [
    ["length of the state", norms],
    ["length of the change", changes],
  ] as const) {
    body.push(label(name, y + 28), ...values.map((value, step) => bar(value, longest, centre(step), y + 36)));
    y += 36 + GAP;
  }
  body.push(
    label(unitsNote, y + (units.length * UNIT) / 2),
    strip(units, left, y),
    unitScale(left, y + units.length * UNIT + 12),
  );
  y += units.length * UNIT + GAP + 18;
  if (attention) {
    body.push(text("attends to", { x: left, y: y + 4, size: 11, fill: colour("faint") }));
    y += 14;
    for (const [j, token] of attention.source.entries()) {
      body.push(
        label(tokenLabel(token), y + 9),
        ...reads.map((_, step) =>
          square(attention.weights[step]?.[j] ?? 0, {
            x: left + step * COLUMN,
            y,
            height: 17,
            fill: colour("ink"),
            tip: `${reads[step]} ← ${token}`,
          }),
        ),
      );
      y += 18;
    }
    y += GAP;
  }
  if (written) {
    const depth = widest(written.map(({ token }) => tokenLabel(token))) * Math.SQRT1_2;
    body.push(label("probability", y + LINE / 2));
    for (const [step, { token, probability }] of written.entries()) {
      body.push(
        cell(probability, left + step * COLUMN, y),
        text(tokenLabel(token), { x: centre(step) + 4, y: y + LINE + 14, turn: -45, anchor: "end" }),
      );
    }
    body.push(text("writes →", { x: 0, y: y + LINE + 12, size: 11, fill: colour("faint") }));
    y += LINE + 20 + depth;
  }
  return svg({
    kind: "steps",
    title,
    description: `${reads.length} steps from left to right: gates, length of the state, its change and its units${attention ? ", attention" : ""}${written ? ", and what is written" : ""}.`,
    width: Math.max(right + slant * 0.6 + 4, left + 200),
    height: y,
    body,
  });
}

/** A square as full as its number, 0 to 1, with the number in it. */
function cell(value: number, x: number, y: number): string {
  const number = text(value.toFixed(2), { x: x + COLUMN / 2, y: y + LINE / 2, size: 11, anchor: "middle" });
  return square(value, { x, y, height: LINE, fill: colour("wash") }) + number;
}

interface SquareAt {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly fill: string;
  readonly tip?: string;
}

function square(value: number, { x, y, height, fill, tip }: SquareAt): string {
  const title = tip === undefined ? "" : `<title>${escapeMarkup(tip)}: ${value.toFixed(3)}</title>`;
  const place = `x="${short(x)}" y="${short(y)}" width="${COLUMN - 1}" height="${height}"`;
  return `<rect ${place} fill="${colour("paper")}"/><rect ${place} fill="${fill}" fill-opacity="${short(value)}">${title}</rect>`;
}

function bar(value: number | undefined, longest: number, x: number, bottom: number): string {
  if (value === undefined) return text("–", { x, y: bottom - 6, anchor: "middle", fill: colour("faint") });
  const height = (24 * value) / longest;
  return `<rect x="${short(x - 14)}" y="${short(bottom - height)}" width="28" height="${short(height)}" fill="${colour("own")}"/>${text(number(value), { x, y: bottom - height - 7, size: 10, anchor: "middle" })}`;
}

const number = (value: number): string => (value < 9.95 ? value.toFixed(1) : value.toFixed(0));

/** Units down, steps across; one path for all squares of a shade. */
function strip(units: StepsPicture["units"], x: number, y: number): string {
  const paths = new Map<number, string>();
  for (const [i, values] of units.entries()) {
    for (const [step, value] of values.entries()) {
      const shade = Math.round(Math.min(1, Math.max(-1, value)) * SHADES);
      if (shade === 0) continue;
      const square = `M${short(x + step * COLUMN)} ${short(y + i * UNIT)}h${COLUMN - 1}v${UNIT}h-${COLUMN - 1}z`;
      paths.set(shade, (paths.get(shade) ?? "") + square);
    }
  }
  const steps = units[0]?.length ?? 0;
  const paper = `<rect x="${short(x)}" y="${short(y)}" width="${Math.max(0, steps * COLUMN - 1)}" height="${units.length * UNIT}" fill="${colour("paper")}"/>`;
  return paper + [...paths].map(([shade, d]) => `<path d="${d}" ${shadeOf(shade / SHADES)}/>`).join("");
}

const shadeOf = (value: number): string =>
  `fill="${colour(value < 0 ? "below" : "ink")}" fill-opacity="${short(Math.abs(value))}"`;

function unitScale(x: number, y: number): string {
  const values = [-1, -0.6, -0.2, 0.2, 0.6, 1];
  const steps = values.map(
    (value, i) =>
      `<rect x="${short(x + 18 + i * 18)}" y="${short(y - 5)}" width="18" height="10" ${shadeOf(value)}/>`,
  );
  const shown = { y, size: 11, fill: colour("faint") };
  return `<g class="legend">${text("-1", { x, ...shown })}${steps.join("")}${text("1", { x: x + 132, ...shown })}</g>`;
}
