/**
 * The length of an axis: a number, or an expression over named lengths ("batch", "source", "batch*source",
 * "past+1"). Expressions have one canonical spelling, so sizes can be compared with `===`.
 */
export type Size = number | string;
export type Shape = readonly Size[];

/** A sum of products: sorted symbol names joined by `*` -> integer factor; the constant term has key "". */
type Polynomial = ReadonlyMap<string, number>;

function parse(size: Size): Polynomial {
  if (typeof size === "number") return new Map(size === 0 ? [] : [["", size]]);
  const terms = new Map<string, number>();
  for (const term of size.split("+")) {
    let factor = 1;
    const symbols: string[] = [];
    for (const part of term.split("*")) {
      if (/^-?\d+$/.test(part)) factor *= Number(part);
      else symbols.push(part);
    }
    const key = symbols.sort().join("*");
    terms.set(key, (terms.get(key) ?? 0) + factor);
  }
  return terms;
}

function format(terms: Polynomial): Size {
  const kept = [...terms].filter(([, factor]) => factor !== 0).sort(([a], [b]) => compareTerms(a, b));
  if (kept.length === 0) return 0;
  if (kept.length === 1 && kept[0]?.[0] === "") return kept[0][1];
  return kept
    .map(([key, factor]) => (key === "" ? `${factor}` : factor === 1 ? key : `${factor}*${key}`))
    .join("+");
}

/** Symbols alphabetically, the constant last: `past+1`. */
function compareTerms(a: string, b: string): number {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function plus(a: Size, b: Size): Size {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const sum = new Map(parse(a));
  for (const [key, factor] of parse(b)) sum.set(key, (sum.get(key) ?? 0) + factor);
  return format(sum);
}

export function times(a: Size, b: Size): Size {
  if (typeof a === "number" && typeof b === "number") return a * b;
  const product = new Map<string, number>();
  for (const [x, m] of parse(a)) {
    for (const [y, n] of parse(b)) {
      const key = [...x.split("*"), ...y.split("*")].filter(Boolean).sort().join("*");
      product.set(key, (product.get(key) ?? 0) + m * n);
    }
  }
  return format(product);
}

/** `whole / part` for a single product `part` ("batch", "2*heads"); undefined when it does not divide evenly. */
export function over(whole: Size, part: Size): Size | undefined {
  const [[divisor, divisorFactor] = ["", 0], ...more] = parse(part);
  if (divisorFactor === 0 || more.length > 0) return undefined;
  const quotient = new Map<string, number>();
  for (const [key, factor] of parse(whole)) {
    const symbols = key.split("*").filter(Boolean);
    for (const symbol of divisor.split("*").filter(Boolean)) {
      const at = symbols.indexOf(symbol);
      if (at < 0) return undefined;
      symbols.splice(at, 1);
    }
    if (factor % divisorFactor !== 0) return undefined;
    quotient.set(symbols.join("*"), factor / divisorFactor);
  }
  return format(quotient);
}

/** The number of elements of a shape. */
export function elements(shape: Shape): Size {
  return shape.reduce<Size>(times, 1);
}

/** The names a size mentions, in order of first appearance. */
export function symbolsOf(size: Size): string[] {
  if (typeof size === "number") return [];
  return [...new Set(size.split(/[+*]/).filter((part) => !/^-?\d+$/.test(part)))];
}

/** A size as products of factors, for code that computes it: `[[2, "batch"], [1]]` for `2*batch+1`. */
export function termsOf(size: Size): readonly (readonly (number | string)[])[] {
  return [...parse(size)].map(([key, factor]) => {
    const symbols = key.split("*").filter(Boolean);
    return factor === 1 && symbols.length > 0 ? symbols : [factor, ...symbols];
  });
}

/** The terms of each size, cached because every run checks its feeds against them. */
const termsCache = new Map<string, ReturnType<typeof termsOf>>();

/** The number a size stands for, given the lengths of its symbols; undefined when one is missing. */
export function evaluate(size: Size, lengths: ReadonlyMap<string, number>): number | undefined {
  if (typeof size === "number") return size;
  const terms = termsCache.get(size) ?? termsOf(size);
  termsCache.set(size, terms);
  let total = 0;
  for (const term of terms) {
    let product = 1;
    for (const part of term) {
      const factor = typeof part === "number" ? part : lengths.get(part);
      if (factor === undefined) return undefined;
      product *= factor;
    }
    total += product;
  }
  return total;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `[batch, time, 64]` */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
