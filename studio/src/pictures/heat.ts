/** Weights as images of a canvas. */
import { type Colour, heatPixels } from "./pixels.ts";

/**
 * [rows][columns] as an image of that size: transparent for 0, the colour for 1.
 *
 * @param data  Row by row.
 */
export const heat = (data: ArrayLike<number>, rows: number, columns: number, colour: Colour): ImageData =>
  imageOf(heatPixels({ data, rows, columns }, colour), rows, columns);

/** An image of some pixels; an empty one has one, since a canvas has none of size 0. */
export const imageOf = (pixels: Uint8ClampedArray<ArrayBuffer>, rows: number, columns: number): ImageData =>
  rows * columns === 0 ? new ImageData(1, 1) : new ImageData(pixels, columns, rows);

/** Colours that were asked for in this turn: to ask again would lay out the page again. */
const asked = new Map<string, Colour>();

/** A colour of the page: `--weight` is given as any CSS colour. */
export function pageColour(name: string): Colour {
  const before = asked.get(name);
  if (before) return before;
  if (asked.size === 0) setTimeout(() => asked.clear());
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const numbers = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
  probe.remove();
  const [red = 0, green = 0, blue = 0] = numbers.map(Number);
  asked.set(name, [red, green, blue]);
  return [red, green, blue];
}
