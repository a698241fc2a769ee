/** Geometry of a bipartite picture: what is read on one line, what is written on the line below. */

export interface Placed {
  /** The middle of a token, in px. */
  readonly x: number;
  readonly width: number;
}

export interface Ribbon {
  readonly row: number;
  readonly column: number;
  readonly weight: number;
  /** The path of its middle line. */
  readonly path: string;
  readonly thickness: number;
}

/** Lays tokens out on a line. @param widths  Their widths in px. */
export function onLine(
  widths: readonly number[],
  gap: number,
): { readonly tokens: Placed[]; readonly width: number } {
  let at = 0;
  const tokens = widths.map((width): Placed => {
    const x = at + width / 2;
    at += width + gap;
    return { x, width };
  });
  return { tokens, width: Math.max(0, at - gap) };
}

/** Moves a line to the middle of `width`. */
export const centred = (line: readonly Placed[], own: number, width: number): Placed[] =>
  line.map((token) => ({ ...token, x: token.x + (width - own) / 2 }));

/**
 * A ribbon for every weight of at least `least`.
 *
 * @param weights  [rows][columns], 0 to 1.
 */
export function ribbons(
  weights: readonly (readonly number[])[],
  {
    above,
    below,
    height,
    least = 0.02,
  }: {
    readonly above: readonly Placed[];
    readonly below: readonly Placed[];
    readonly height: number;
    readonly least?: number;
  },
): Ribbon[] {
  return weights.flatMap((line, row) =>
    line.flatMap((weight, column): Ribbon[] => {
      const [from, to] = [above[column], below[row]];
      if (!from || !to || !(weight >= least)) return [];
      const middle = height / 2;
      const path = `M ${from.x} 0 C ${from.x} ${middle}, ${to.x} ${middle}, ${to.x} ${height}`;
      return [{ row, column, weight, path, thickness: 1 + 11 * Math.min(1, weight) }];
    }),
  );
}
