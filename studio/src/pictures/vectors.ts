/** Vectors as strips, and what can be said of them. */

/** [length][units], row by row. */
export interface Vectors {
  readonly data: ArrayLike<number>;
  readonly length: number;
  readonly units: number;
}

/** Numbers of a vector that are drawn, at most. */
export const SHOWN_UNITS = 64;

/** The vectors on their sides, as [units][length] of the first units: a column is a vector. Hidden columns are 0. */
export function standing(
  { data, length, units }: Vectors,
  isShown: (position: number) => boolean = () => true,
): { readonly data: Float32Array; readonly rows: number; readonly columns: number } {
  const rows = Math.min(SHOWN_UNITS, units);
  const turned = new Float32Array(rows * length);
  for (let position = 0; position < length; position++) {
    if (!isShown(position)) continue;
    for (let unit = 0; unit < rows; unit++)
      turned[unit * length + position] = data[position * units + unit] as number;
  }
  return { data: turned, rows, columns: length };
}

/** The vectors as rows of their first units. */
export function lying({ data, length, units }: Vectors): {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
} {
  const columns = Math.min(SHOWN_UNITS, units);
  const cut = Float32Array.from(
    { length: length * columns },
    (_, i) => data[Math.floor(i / columns) * units + (i % columns)] as number,
  );
  return { data: cut, rows: length, columns };
}

/** The largest size of a number, or 1 where all are smaller: what the whole colour stands for. */
export const scaleOf = ({ data }: Vectors): number => {
  let largest = 1;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i] as number));
  return largest;
};

/** ‖v_i - v_{i-1}‖ of each vector from the one before it; of the first, from zeros. `step` -1 reads from the end. */
export function changes({ data, length, units }: Vectors, step: 1 | -1 = 1): number[] {
  return Array.from({ length }, (_, position) => {
    const before = position - step;
    let squares = 0;
    for (let unit = 0; unit < units; unit++) {
      const was = before < 0 || before >= length ? 0 : (data[before * units + unit] as number);
      squares += ((data[position * units + unit] as number) - was) ** 2;
    }
    return Math.sqrt(squares);
  });
}

/** By how much a vector differs from the one before it, as a share of their mean length: 0 if all are the same. */
export function meanMove(vectors: Vectors): number {
  const { data, length, units } = vectors;
  if (length < 2) return 0;
  const moved = changes(vectors).slice(1);
  let lengths = 0;
  for (let position = 0; position < length; position++) {
    let squares = 0;
    for (let unit = 0; unit < units; unit++) squares += (data[position * units + unit] as number) ** 2;
    lengths += Math.sqrt(squares) / length;
  }
  return lengths === 0 ? 0 : moved.reduce((sum, value) => sum + value, 0) / moved.length / lengths;
}

/** The mean of each vector's numbers. */
export const means = ({ data, length, units }: Vectors): number[] =>
  Array.from({ length }, (_, position) => {
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += data[position * units + unit] as number;
    return sum / units;
  });
