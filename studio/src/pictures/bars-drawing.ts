/** Numbers as bars, each with its name and in figures. */
import { type Drawing, type Inks, NOTE_FONT } from "./drawing.ts";
import { LABEL_FONT } from "./matrix-canvas.ts";
import { signedBars } from "./signed-bars.ts";
import { textWidth } from "./text-width.ts";

export interface DrawnBar {
  readonly name: string;
  readonly value: number;
  /** The value in figures. */
  readonly figures: string;
  /** Another number of the same kind, as a line across the bar. */
  readonly mark?: number;
}

const [ROW, THICK, ROOM] = [24, 14, 420];

/** @param axis  What the bars measure. */
export function barsDrawing(bars: readonly DrawnBar[], axis: string, inks: Inks): Drawing {
  const left =
    Math.ceil(bars.reduce((most, { name }) => Math.max(most, textWidth(name, LABEL_FONT)), 0)) + 12;
  const right = Math.ceil(
    bars.reduce((most, { figures }) => Math.max(most, textWidth(figures, LABEL_FONT)), 0),
  );
  const isSigned = bars.some(({ value }) => value < 0);
  const most = bars.reduce((top, { value, mark = 0 }) => Math.max(top, Math.abs(value), mark), 0) || 1;
  const placed = isSigned
    ? signedBars(
        bars.map(({ value }) => value),
        ROOM,
      )
    : bars.map(({ value }) => ({ x: 0, width: (ROOM * value) / most }));
  return {
    width: left + ROOM + 16 + right,
    height: ROW * (bars.length + 1),
    draw: (pen) => {
      pen.textBaseline = "middle";
      pen.font = NOTE_FONT;
      pen.fillStyle = inks.soft;
      pen.textAlign = "left";
      pen.fillText(axis, left, ROW / 2);
      for (const [i, { name, value, figures, mark }] of bars.entries()) {
        const y = ROW * (i + 1.5);
        const bar = placed[i] ?? { x: 0, width: 0 };
        pen.font = LABEL_FONT;
        pen.fillStyle = inks.ink;
        pen.textAlign = "right";
        pen.fillText(name, left - 12, y);
        pen.fillText(figures, left + ROOM + 16 + right, y);
        pen.fillStyle = value < 0 ? inks.change : inks.weight;
        pen.fillRect(left + bar.x, y - THICK / 2, bar.width, THICK);
        if (mark === undefined) continue;
        pen.fillStyle = inks.gold;
        pen.fillRect(left + (ROOM * mark) / most - 1, y - THICK / 2 - 3, 2, THICK + 6);
      }
    },
  };
}
