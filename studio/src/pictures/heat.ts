/** Weights as pixels, one a weight: drawn at once, however many there are. */

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * [rows][columns] as an image of that size: transparent for 0, the colour for 1.
 *
 * @param data  Row by row.
 */
export function heat(
  data: ArrayLike<number>,
  rows: number,
  columns: number,
  [red, green, blue]: Colour,
): ImageData {
  const image = new ImageData(Math.max(1, columns), Math.max(1, rows));
  for (let i = 0; i < rows * columns; i++) {
    const weight = Math.min(1, Math.max(0, data[i] as number));
    image.data.set([red, green, blue, Math.round(255 * weight ** 0.7)], 4 * i);
  }
  return image;
}

/** A colour of the page: `--weight-rgb` is given as rgb(r g b). */
export function pageColour(name: string): Colour {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const numbers = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
  probe.remove();
  const [red = 0, green = 0, blue = 0] = numbers.map(Number);
  return [red, green, blue];
}
