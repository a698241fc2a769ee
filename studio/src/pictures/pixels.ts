/** Weights as pixels, one a weight: drawn at once, however many there are. */

export type Colour = readonly [red: number, green: number, blue: number];

/** A matrix, row by row. */
export interface Weights {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

const LEVELS = 1024;

const palettes = new Map<string, Uint32Array>();

/** Pixels of weights from 0, transparent, to 1, the whole colour. Small weights are lifted, so that they are seen. */
function palette(colour: Colour): Uint32Array {
  const key = String(colour);
  const made = palettes.get(key);
  if (made) return made;
  const bytes = new Uint8ClampedArray(4 * (LEVELS + 1));
  for (let i = 0; i <= LEVELS; i++) bytes.set([...colour, Math.round(255 * (i / LEVELS) ** 0.7)], 4 * i);
  const pixels = new Uint32Array(bytes.buffer);
  palettes.set(key, pixels);
  return pixels;
}

/** Faster than with Math.min and Math.max, and there are millions. */
const levelOf = (weight: number): number =>
  weight > 0 ? (weight < 1 ? (weight * LEVELS + 0.5) | 0 : LEVELS) : 0;

/** [rows][columns] as pixels of an image of that size: transparent for 0, the colour for 1. */
export function heatPixels({ data, rows, columns }: Weights, colour: Colour): Uint8ClampedArray<ArrayBuffer> {
  const colours = palette(colour);
  const pixels = new Uint32Array(rows * columns);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[levelOf(data[i] as number)] as number;
  return new Uint8ClampedArray(pixels.buffer);
}

/** Two matrices of one size, side by side in every cell: an image twice as wide. */
export function pairPixels(
  left: Weights,
  right: Weights,
  colours: readonly [Colour, Colour],
): Uint8ClampedArray<ArrayBuffer> {
  const [leftColours, rightColours] = colours.map(palette) as [Uint32Array, Uint32Array];
  const pixels = new Uint32Array(2 * left.rows * left.columns);
  for (let i = 0; i < left.rows * left.columns; i++) {
    pixels[2 * i] = leftColours[levelOf(left.data[i] as number)] as number;
    pixels[2 * i + 1] = rightColours[levelOf(right.data[i] as number)] as number;
  }
  return new Uint8ClampedArray(pixels.buffer);
}

/** Numbers from -1 to 1 in two colours: one below 0, one above it. */
export function signedPixels(
  { data, rows, columns }: Weights,
  [below, above]: readonly [Colour, Colour],
): Uint8ClampedArray<ArrayBuffer> {
  const [negative, positive] = [palette(below), palette(above)];
  const pixels = new Uint32Array(rows * columns);
  for (let i = 0; i < pixels.length; i++) {
    const value = data[i] as number;
    pixels[i] = (value < 0 ? negative : positive)[levelOf(Math.abs(value))] as number;
  }
  return new Uint8ClampedArray(pixels.buffer);
}

/** The same matrix with at most `most` rows and columns: the largest weight of each block, so that none is lost. */
export function shrunk(weights: Weights, most: number): Weights {
  const { data, rows, columns } = weights;
  const block = Math.ceil(Math.max(rows, columns) / most);
  if (block <= 1) return weights;
  const [fewRows, fewColumns] = [Math.ceil(rows / block), Math.ceil(columns / block)];
  const small = new Float32Array(fewRows * fewColumns);
  for (let i = 0; i < rows; i++) {
    const to = Math.floor(i / block) * fewColumns;
    for (let j = 0; j < columns; j++) {
      const at = to + Math.floor(j / block);
      small[at] = Math.max(small[at] as number, data[i * columns + j] as number);
    }
  }
  return { data: small, rows: fewRows, columns: fewColumns };
}
