/** The release of sacreBLEU that our scores and signatures match. */
export const SACREBLEU_VERSION = "2.6.0";

/** One field of a signature, such as `smooth:exp`, or `s:exp` in a short signature. */
export interface SignatureField {
  readonly name: string;
  readonly short: string;
  readonly value: string | number;
}

/** The samples drawn for an interval or a test. */
export interface DrawnSamples {
  /** Bootstrap resamples. */
  readonly bs?: number | undefined;
  /** Trials of approximate randomisation. */
  readonly ar?: number | undefined;
  readonly seed?: number | undefined;
}

export const field = (name: string, short: string, value: string | number): SignatureField => ({
  name,
  short,
  value,
});

/** "yes" or "no", as in signatures. */
export const yesNo = (value: boolean): string => (value ? "yes" : "no");

/**
 * sacreBLEU's signature: `nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0`, or, if short,
 * `#:1|bs:1000|rs:12345|c:mixed|e:no|tok:13a|s:exp|v:2.6.0`.
 *
 * @param references  How many references each sentence has; "var" if sentences differ.
 */
export function formatSignature(
  references: string,
  own: readonly SignatureField[],
  { bs, ar, seed }: DrawnSamples = {},
  short = false,
): string {
  const fields = [
    field("nrefs", "#", references),
    ...(bs === undefined ? [] : [field("bs", "bs", bs)]),
    ...(ar === undefined ? [] : [field("ar", "ar", ar)]),
    ...(seed === undefined ? [] : [field("seed", "rs", seed)]),
    ...own,
    field("version", "v", SACREBLEU_VERSION),
  ];
  return fields.map((entry) => `${short ? entry.short : entry.name}:${entry.value}`).join("|");
}

/** Two decimals, with ties rounded to even as in Python. */
export function twoDecimals(value: number): string {
  const hundredths = value * 100;
  // Only multiples of 1/8 lie exactly between two hundredths.
  const isTie = Number.isInteger(value * 8) && !Number.isInteger(hundredths);
  return (isTie ? (2 * Math.round(hundredths / 2)) / 100 : value).toFixed(2);
}
