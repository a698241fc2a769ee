/** Numbers as they are shown: three decimals, a true minus, powers of ten where there is no room. */
export function shown(value: number, digits = 3): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (size >= 1e5) {
    const power = Math.floor(Math.log10(size));
    const [whole, raised] = [(size / 10 ** power).toFixed(1), raise(power)];
    return `${value < 0 ? "−" : ""}${whole === "1.0" ? "" : `${whole} · `}10${raised}`;
  }
  const text = size.toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

const raise = (power: number): string =>
  [...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "⁻").join("");

/** The first places of a long row, and the chosen one. */
export function folded(count: number, first: number, chosen: number): readonly number[] {
  if (count <= first) return Array.from({ length: count }, (_, i) => i);
  const places = Array.from({ length: first }, (_, i) => i);
  return chosen < first || chosen >= count ? places : [...places, chosen];
}

/** The places of the largest sizes, and the chosen one, in their order. */
export function weightiest(values: readonly number[], most: number, chosen: number): readonly number[] {
  const size = (i: number): number => (i === chosen ? Infinity : Math.abs(values[i] as number));
  const places = values.map((_, i) => i);
  return places
    .sort((a, b) => size(b) - size(a))
    .slice(0, most)
    .sort((a, b) => a - b);
}
