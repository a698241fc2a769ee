/** A drawing as the text of an SVG file. */
import type { Drawing, Pen } from "./drawing.ts";

/** Cells of a picture that become a rectangle each; for more, the file holds pixels, and only its labels are text. */
const CELLS = 100_000;
/** Around the picture, in px. */
export const MARGIN = 12;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot" }[sign] as string};`);

/** At most two decimals. */
const round = (value: number): number => Math.round(value * 100) / 100;

/** @param about  What the picture shows, in words: its title for those who cannot see it. */
export function svgOf({ width, height, draw }: Drawing, paper: string, about: string): string {
  const [pen, content] = svgPen();
  draw(pen);
  const [wide, tall] = [Math.ceil(width) + 2 * MARGIN, Math.ceil(height) + 2 * MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" viewBox="${-MARGIN} ${-MARGIN} ${wide} ${tall}" role="img">`,
    `<title>${escaped(about)}</title>`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${wide}" height="${tall}" fill="${escaped(paper)}"/>`,
    ...content(),
    "</svg>\n",
  ].join("\n");
}

/** A pen that writes down what is drawn. */
function svgPen(): readonly [Pen, () => readonly string[]] {
  const lines: string[] = [];
  /** Groups that are open since each save. */
  const open: number[] = [0];
  let path = "";
  let clips = 0;
  let cellsLeft = CELLS;
  let box = { x: 0, y: 0, width: 0, height: 0 };
  const group = (attributes: string): void => {
    lines.push(`<g ${attributes}>`);
    open[open.length - 1] = (open.at(-1) ?? 0) + 1;
  };
  const rectangle = (x: number, y: number, width: number, height: number): string =>
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  const styles: object[] = [];
  const pen: Pen = {
    fillStyle: "#000",
    strokeStyle: "#000",
    lineWidth: 1,
    font: "10px sans-serif",
    textAlign: "start",
    textBaseline: "alphabetic",
    imageSmoothingEnabled: false,
    save: () => {
      const { fillStyle, strokeStyle, lineWidth, font, textAlign, textBaseline } = pen;
      styles.push({ fillStyle, strokeStyle, lineWidth, font, textAlign, textBaseline });
      open.push(0);
    },
    restore: () => {
      Object.assign(pen, styles.pop());
      lines.push("</g>".repeat(open.pop() ?? 0));
    },
    translate: (x, y) => group(`transform="translate(${round(x)} ${round(y)})"`),
    rotate: (angle) => group(`transform="rotate(${round((angle * 180) / Math.PI)})"`),
    beginPath: () => {
      path = "";
    },
    moveTo: (x, y) => {
      path += `M${round(x)} ${round(y)}`;
    },
    lineTo: (x, y) => {
      path += `L${round(x)} ${round(y)}`;
    },
    rect: (x, y, width, height) => {
      box = { x, y, width, height };
    },
    clip: () => {
      clips += 1;
      lines.push(
        `<clipPath id="clip-${clips}">${rectangle(box.x, box.y, box.width, box.height)}/></clipPath>`,
      );
      group(`clip-path="url(#clip-${clips})"`);
    },
    stroke: () => {
      lines.push(
        `<path d="${path}" fill="none" stroke="${String(pen.strokeStyle)}" stroke-width="${pen.lineWidth}"/>`,
      );
    },
    fillRect: (...at) => {
      lines.push(`${rectangle(...at)} fill="${String(pen.fillStyle)}"/>`);
    },
    strokeRect: (...at) => {
      const stroke = `stroke="${String(pen.strokeStyle)}" stroke-width="${pen.lineWidth}"`;
      lines.push(`${rectangle(...at)} fill="none" ${stroke}/>`);
    },
    fillText: (text, x, y) => {
      const where = `x="${round(x)}" y="${round(y)}" fill="${String(pen.fillStyle)}"`;
      lines.push(`<text ${where} ${textStyle(pen)}>${escaped(text)}</text>`);
    },
    drawImage: (image, fromX, fromY, fromWidth, fromHeight, x, y, width, height) => {
      const at = { x, y, cellWidth: width / fromWidth, cellHeight: height / fromHeight };
      cellsLeft -= fromWidth * fromHeight;
      if (cellsLeft < 0) {
        const size = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
        const pixels = part(image, fromX, fromY, fromWidth, fromHeight).toDataURL();
        lines.push(
          `<image ${size} preserveAspectRatio="none" image-rendering="pixelated" href="${pixels}"/>`,
        );
      } else lines.push(...cells(image, [fromX, fromY, fromWidth, fromHeight], at));
    },
  };
  return [pen, () => lines.filter((line) => line !== "")];
}

/** `600 13px system-ui` and where a text stands, as attributes. */
function textStyle({ font, textAlign, textBaseline }: Pen): string {
  const [, style, weight, size, family] = /^(italic )?(\d+ )?([\d.]+)px (.*)$/.exec(font) ?? [];
  const anchor = { right: "end", center: "middle" }[textAlign as string] ?? "start";
  return [
    `font-family="${escaped(family ?? "sans-serif").replaceAll("&quot;", "'")}" font-size="${size ?? 10}"`,
    style ? 'font-style="italic"' : "",
    weight ? `font-weight="${weight.trim()}"` : "",
    anchor === "start" ? "" : `text-anchor="${anchor}"`,
    textBaseline === "middle" ? 'dominant-baseline="central"' : "",
  ]
    .filter(Boolean)
    .join(" ");
}

type Source = readonly [x: number, y: number, width: number, height: number];

/** A rectangle for every run of cells of one colour; none for what cannot be seen. */
function cells(
  image: HTMLCanvasElement,
  [fromX, fromY, across, down]: Source,
  at: { readonly x: number; readonly y: number; readonly cellWidth: number; readonly cellHeight: number },
): string[] {
  const pixels = image.getContext("2d")?.getImageData(fromX, fromY, across, down).data;
  if (!pixels) return [];
  const found: string[] = [];
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, across * down);
  for (let row = 0; row < down; row++) {
    for (let from = 0, to = 0; from < across; from = to) {
      const i = row * across + from;
      for (to = from + 1; to < across && words[row * across + to] === words[i]; ) to++;
      const opacity = (pixels[4 * i + 3] as number) / 255;
      if (opacity === 0) continue;
      const colour = `rgb(${pixels.slice(4 * i, 4 * i + 3).join(",")})`;
      const x = round(at.x + from * at.cellWidth);
      const y = round(at.y + row * at.cellHeight);
      const size = `width="${round((to - from) * at.cellWidth)}" height="${round(at.cellHeight)}"`;
      found.push(`<rect x="${x}" y="${y}" ${size} fill="${colour}" fill-opacity="${opacity.toFixed(3)}"/>`);
    }
  }
  return found;
}

function part(image: HTMLCanvasElement, x: number, y: number, width: number, height: number) {
  const copy = document.createElement("canvas");
  copy.width = width;
  copy.height = height;
  copy.getContext("2d")?.drawImage(image, x, y, width, height, 0, 0, width, height);
  return copy;
}
