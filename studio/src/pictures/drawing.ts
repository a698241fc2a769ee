/** Pictures that draw themselves on anything: the page's canvas, an SVG file, the pixels of a PNG file. */

/** What a picture is drawn with: the part of a canvas's context that pictures need. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | "save"
  | "restore"
  | "translate"
  | "rotate"
  | "beginPath"
  | "rect"
  | "clip"
  | "moveTo"
  | "lineTo"
  | "stroke"
  | "fillRect"
  | "strokeRect"
  | "fillText"
  | "fillStyle"
  | "strokeStyle"
  | "lineWidth"
  | "font"
  | "textAlign"
  | "textBaseline"
  | "imageSmoothingEnabled"
> & {
  /** A part of an image of one pixel a cell, at a place of the picture. */
  drawImage(
    image: HTMLCanvasElement,
    fromX: number,
    fromY: number,
    fromWidth: number,
    fromHeight: number,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void;
};

export interface Drawing {
  /** In px. */
  readonly width: number;
  readonly height: number;
  readonly draw: (pen: Pen) => void;
}

/** Colours of the page, as CSS has them. */
export interface Inks {
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly weight: string;
  readonly gold: string;
  readonly change: string;
}

export const TITLE_FONT = '600 14px system-ui, "Segoe UI", "Noto Sans", sans-serif';
export const NOTE_FONT = '12px system-ui, "Segoe UI", "Noto Sans", sans-serif';

const [GAP, TITLE] = [20, 22];

/** A picture of a row of several, or of what it shows. */
export interface Named {
  readonly name: string;
  readonly drawing: Drawing;
}

/** Pictures below one another, each under its name. */
export function stacked(parts: readonly Named[], ink: string): Drawing {
  const tops = parts.map((_, i) =>
    parts.slice(0, i).reduce((sum, { drawing }) => sum + TITLE + drawing.height + GAP, 0),
  );
  return {
    width: parts.reduce((most, { drawing }) => Math.max(most, drawing.width), 0),
    height: (tops.at(-1) ?? 0) + TITLE + (parts.at(-1)?.drawing.height ?? 0),
    draw: (pen) => {
      for (const [i, { name, drawing }] of parts.entries()) {
        pen.save();
        pen.translate(0, tops[i] as number);
        title(pen, name, ink);
        pen.translate(0, TITLE);
        drawing.draw(pen);
        pen.restore();
      }
    },
  };
}

/** Pictures side by side, each under its name; a new line begins where `across` px would be exceeded. */
export function inRows(parts: readonly Named[], across: number, ink: string): Drawing {
  let [x, y, tall, width] = [0, 0, 0, 0];
  const places = parts.map(({ drawing }) => {
    if (x > 0 && x + drawing.width > across) [x, y, tall] = [0, y + tall + TITLE + GAP, 0];
    const place = { x, y };
    x += drawing.width + GAP;
    tall = Math.max(tall, drawing.height);
    width = Math.max(width, x - GAP);
    return place;
  });
  return {
    width,
    height: y + tall + TITLE,
    draw: (pen) => {
      for (const [i, { name, drawing }] of parts.entries()) {
        const place = places[i] as { x: number; y: number };
        pen.save();
        pen.translate(place.x, place.y);
        title(pen, name, ink);
        pen.translate(0, TITLE);
        drawing.draw(pen);
        pen.restore();
      }
    },
  };
}

function title(pen: Pen, name: string, ink: string): void {
  pen.font = TITLE_FONT;
  pen.fillStyle = ink;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillText(name, 0, TITLE / 2 - 2);
}
