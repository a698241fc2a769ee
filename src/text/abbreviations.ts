/** Words whose full stop does not end a sentence, by language: titles, units and references before names and numbers. */
const abbreviations: Readonly<Record<string, string>> = {
  en: "mr mrs ms dr prof st sr jr rev gen col capt lt sgt hon gov sen rep no nos vol fig figs eq ch sec pp vs cf approx dept est mt ft jan feb mar apr jun jul aug sep sept oct nov dec",
  fr: "mm mme mlle dr pr me st ste art chap fig vol p pp no env cf av bd janv févr avr juil sept oct nov déc",
  de: "dr prof hr fr frl str nr bd abb abs art bzw ca vgl evtl ggf inkl max min mio mrd sog st tel usf zzgl jan feb aug sept okt nov dez",
  es: "sr sra srta dr dra prof lic ing av avda c núm pág págs vol cap fig art ud uds ee",
  it: "sig sigg dott prof ing avv arch on pag pagg vol cap fig art es n",
  pt: "sr sra srta dr dra prof eng av pág págs vol cap fig art ex n",
  nl: "dhr mevr dr prof ir mr drs blz nr vol art bijv bv ca",
};

/** Languages in which a number with a full stop is an ordinal: "am 3. Mai". */
const ordinal = new Set([
  "de",
  "da",
  "nb",
  "nn",
  "no",
  "fi",
  "is",
  "et",
  "cs",
  "sk",
  "sl",
  "hr",
  "hu",
  "lv",
  "sr",
]);

const sets = new Map(Object.entries(abbreviations).map(([code, words]) => [code, new Set(words.split(" "))]));

/** Initials and what is written like them: "J.", "U.S.", "z.B.", "p.m.". */
const initials = /(?:^|[^\p{L}\p{N}.])(?:\p{L}\.)+$/u;

/**
 * Whether the full stop at the end of `text` probably belongs to an abbreviation, so that the sentence goes on. Languages
 * without a list of their own have the rule for initials only.
 *
 * @param language  Code of ISO 639, such as "en" or "de-AT".
 */
export function endsInAbbreviation(text: string, language: string): boolean {
  if (!text.endsWith(".")) return false;
  if (initials.test(text)) return true;
  const code = language.split("-")[0] as string;
  const word = /([\p{L}\p{N}]+)\.$/u.exec(text)?.[1] ?? "";
  if (/^\d{1,2}$/.test(word)) return ordinal.has(code);
  return sets.get(code)?.has(word.toLowerCase()) ?? false;
}
