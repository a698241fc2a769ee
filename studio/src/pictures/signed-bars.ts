/** Geometry of numbers of both signs as bars on either side of a line. */

export interface Bar {
  /** In px, from the left. */
  readonly x: number;
  readonly width: number;
}

/**
 * A bar for each number: to the right of the middle above 0, to the left below it; the largest fills its half.
 *
 * @param width  Of the picture, in px.
 */
export function signedBars(numbers: readonly number[], width: number): Bar[] {
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0) || 1;
  const middle = width / 2;
  return numbers.map((number) => {
    const size = (Math.abs(number) / largest) * middle;
    return { x: number < 0 ? middle - size : middle, width: size };
  });
}
