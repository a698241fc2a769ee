/** Tables and bars in plain text, for a projector. */

/** Prints a table with aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const all = [
    head,
    ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? round(cell) : cell))),
  ];
  const widths = head.map((_, i) => Math.max(...all.map((row) => `${row[i] ?? ""}`.length)));
  for (const row of all) {
    const cells = row.map((cell, i) =>
      i === 0 ? `${cell}`.padEnd(widths[i] ?? 0) : `${cell}`.padStart(widths[i] ?? 0),
    );
    console.log(cells.join("   ").trimEnd());
  }
}

/** Three significant digits; small numbers in exponential notation. */
export const round = (x: number): string => {
  if (Number.isInteger(x)) return x.toLocaleString("en");
  return Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) < 1e-3 ? x.toExponential(1) : x.toPrecision(3);
};

/** Two decimals. */
export const fixed = (x: number): string => (Math.abs(x) < 0.005 ? 0 : x).toFixed(2);

/** Numbers side by side, two decimals each. */
export const vector = (xs: readonly number[] = []): string => xs.map((x) => fixed(x).padStart(5)).join(" ");

/** A bar whose length is a share of `most` characters. */
export const bar = (share: number, most = 30): string => "█".repeat(Math.round(Math.abs(share) * most));

/** Prints a sentence that says what to expect, below the numbers. */
export const expectation = (text: string): void => console.log(`\nExpect: ${text}`);
