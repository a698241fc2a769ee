import { escapeMarkup, short } from "./markup.ts";
import { colour, svg, text } from "./svg.ts";
import { tokenLabel, widest } from "./token-label.ts";

export interface LabelScoresPicture {
  readonly title: string;
  readonly tokens: readonly string[];
  readonly labels: readonly {
    readonly name: string;
    /** 0 to 1. */
    readonly probability: number;
    /** What each token adds to the label's score: the score is their sum. */
    readonly parts: readonly number[];
  }[];
}

const [COLUMN, ROW] = [44, 26];

/** What each token adds to each label's score: blue raises it, orange lowers it. */
export function labelScoresSvg({ title, tokens, labels }: LabelScoresPicture): string {
  const across = tokens.map(tokenLabel);
  const names = labels.map(
    ({ name, probability }) => `${tokenLabel(name)}, ${(100 * probability).toFixed(1)} %`,
  );
  const left = widest(names) + 10;
  const slant = widest(across) * Math.SQRT1_2;
  const top = slant + 14;
  const most = labels.flatMap(({ parts }) => parts).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
  const right = left + tokens.length * COLUMN;
  const rows = labels.map(({ parts, name }, i) => {
    const y = top + i * ROW;
    const cells = parts.map((part, j) => {
      const share = Math.abs(part) / most;
      const place = `x="${short(left + j * COLUMN)}" y="${short(y)}" width="${COLUMN - 1}" height="${ROW - 2}"`;
      return `<rect ${place} fill="${colour("paper")}"/><rect ${place} fill="${colour(part < 0 ? "belowWash" : "wash")}" fill-opacity="${short(share)}"><title>${escapeMarkup(`${tokens[j]} for ${name}`)}: ${part.toFixed(3)}</title></rect>${text(part.toFixed(2), { x: left + (j + 0.5) * COLUMN, y: y + ROW / 2 - 1, size: 11, anchor: "middle" })}`;
    });
    const sum = parts.reduce((a, b) => a + b, 0);
    return [
      text(names[i] as string, { x: left - 8, y: y + ROW / 2 - 1, anchor: "end" }),
      ...cells,
      text(`= ${sum.toFixed(2)}`, { x: right + 6, y: y + ROW / 2 - 1, size: 11, fill: colour("faint") }),
    ].join("");
  });
  return svg({
    kind: "label-scores",
    title,
    description: `${labels.length} labels down, ${tokens.length} tokens across: what each token adds to each label's score.`,
    width: right + Math.max(60, slant),
    height: top + labels.length * ROW + 2,
    body: [
      text("reads →", { x: 0, y: top - 12, size: 11, fill: colour("faint") }),
      ...across.map((token, j) => text(token, { x: left + (j + 0.5) * COLUMN - 2, y: top - 6, turn: -45 })),
      ...rows,
    ],
  });
}
