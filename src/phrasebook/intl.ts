/** Names from `Intl` in both languages: months, weekdays, numbers, relative times, countries, languages. */
import { compose, type Phrase, phrase } from "./aligned.ts";

/**
 * `Intl` writes narrow and unbreakable spaces and typographic apostrophes, and which of them changes between its
 * versions: all become plain here.
 */
const plain = (text: string): string => text.replace(/\s/g, " ").replace(/’/g, "'");

const part = (date: Date, locale: string, options: Intl.DateTimeFormatOptions): string =>
  plain(new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(date));

export const MONTHS = Array.from({ length: 12 }, (_, month) => {
  const date = new Date(Date.UTC(2024, month, 15));
  return phrase(part(date, "en-US", { month: "long" }), part(date, "fr-FR", { month: "long" }));
});

export const WEEKDAYS = Array.from({ length: 7 }, (_, day) => {
  const date = new Date(Date.UTC(2024, 0, 1 + day));
  return phrase(part(date, "en-US", { weekday: "long" }), part(date, "fr-FR", { weekday: "long" }));
});

/** Decimals are two or none, as in prices. */
const formats = [0, 2].map((digits) =>
  ["en-US", "fr-FR"].map(
    (locale) =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ),
);

export const number = (value: number, digits: 0 | 2): Phrase => {
  const [english = "", target = ""] = formats[digits / 2]?.map((format) => plain(format.format(value))) ?? [];
  return phrase(english, target);
};

const UNITS = [
  "minute",
  "hour",
  "day",
  "week",
  "month",
  "year",
] as const satisfies readonly Intl.RelativeTimeFormatUnit[];
const relative = {
  english: new Intl.RelativeTimeFormat("en-US", { numeric: "auto" }),
  french: new Intl.RelativeTimeFormat("fr-FR", { numeric: "auto" }),
} as const;

/** "3 days ago" is "il y a 3 jours", "tomorrow" is "demain": all of them, as `Intl` has them. */
export const TIMES = ([-1, 1] as const).map((sign) =>
  UNITS.flatMap((unit) =>
    Array.from({ length: 12 }, (_, i) => i + 1)
      .filter((count) => count > 1 || (unit !== "minute" && unit !== "hour"))
      .map((count) => timeIn(count * sign, unit)),
  ),
);

function timeIn(count: number, unit: Intl.RelativeTimeFormatUnit): Phrase {
  const pieces = (format: Intl.RelativeTimeFormat): string[] =>
    format.formatToParts(count, unit).map(({ value }) => plain(value).trim());
  const [english, target] = [pieces(relative.english), pieces(relative.french)];
  // Some have a word of their own in one language: 2 days ago is avant-hier.
  if (english.length === 1 || target.length === 1) return phrase(english.join(" "), target.join(" "));
  // Parts: what goes before the number, the number, the unit with what goes after it.
  const mark = (words: readonly string[]): string =>
    words
      .flatMap((piece) => piece.split(" "))
      .filter((word) => word !== "")
      .map((word) => `${word}/${/^\d/.test(word) ? "n" : /^(ago|in|il|y|a|dans)$/.test(word) ? "t" : "u"}`)
      .join(" ");
  return compose(mark(english), mark(target));
}

/** The name of a country by its region code: "FR" is "France" in English. */
export const countryName = named("region");

/** The name of a language by its code: "fr" is "French" in English. */
export const languageName = named("language");

function named(type: "region" | "language"): (code: string) => readonly [english: string, french: string] {
  const [english, french] = ["en-US", "fr-FR"].map((locale) => new Intl.DisplayNames(locale, { type }));
  return (code) => [plain(english?.of(code) ?? code), plain(french?.of(code) ?? code)];
}
