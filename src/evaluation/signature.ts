/** The release of sacreBLEU whose scores and signatures ours are equal to. */
export const SACREBLEU_VERSION = "2.6.0";

/** One part of a signature, as `smooth:exp`; its name when the signature is short, as `s:exp`. */
export interface SignatureField {
  readonly name: string;
  readonly short: string;
  readonly value: string | number;
}

/** What was drawn for an interval or a test. */
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

/** "yes" or "no", as signatures say it. */
export const yesNo = (value: boolean): string => (value ? "yes" : "no");

/**
 * sacreBLEU's signature: `nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0`, or short,
 * `#:1|bs:1000|rs:12345|c:mixed|e:no|tok:13a|s:exp|v:2.6.0`.
 *
 * @param references  How many each sentence has; "var" where sentences differ.
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
  return fields.map((each) => `${short ? each.short : each.name}:${each.value}`).join("|");
}

/** Two decimals as Python writes them: of two that are equally near, the even one. */
export function twoDecimals(value: number): string {
  const hundredths = value * 100;
  // Only an eighth and its multiples lie exactly between two hundredths.
  const isBetween = Number.isInteger(value * 8) && !Number.isInteger(hundredths);
  return (isBetween ? (2 * Math.round(hundredths / 2)) / 100 : value).toFixed(2);
}
