import type { Colour } from "./pixels.ts";

/** Numbers beyond it are masks: they would leave nothing visible of the others. */
const MASK = 1e5;

/**
 * [rows][columns] as an image of that size: transparent for 0, one colour for the largest positive number, another for the
 * largest negative one.
 *
 * @param data  Row by row.
 */
export function signedHeat(
  data: ArrayLike<number>,
  rows: number,
  columns: number,
  positive: Colour,
  negative: Colour,
): ImageData {
  const image = new ImageData(Math.max(1, columns), Math.max(1, rows));
  const largest = largestOf(data);
  for (let i = 0; i < rows * columns; i++) {
    const value = data[i] as number;
    image.data.set([...(value < 0 ? negative : positive), Math.round(255 * strength(value, largest))], 4 * i);
  }
  return image;
}

/** How strongly a number is coloured, 0 to 1. */
export const strength = (value: number, largest: number): number =>
  Math.abs(value) >= MASK || largest === 0 ? 0 : Math.min(1, Math.abs(value) / largest) ** 0.8;

/** The largest size of a number that is no mask. */
export function largestOf(data: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i] as number);
    if (size < MASK && size > largest) largest = size;
  }
  return largest;
}
