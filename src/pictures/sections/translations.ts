import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";

export interface ShownTranslation {
  readonly source: string;
  readonly hypothesis: string;
  readonly reference?: string;
}

/** Translations beside their sources, with the reference where it differs. */
export const translationsSection = (translations: readonly ShownTranslation[], note?: string): Section => ({
  title: "Translations",
  note,
  content: table(translations),
});

function table(translations: readonly ShownTranslation[]): string {
  if (translations.length === 0) return "";
  const rows = translations.map(({ source, hypothesis, reference }) => {
    const isRight = reference === undefined || reference === hypothesis;
    const expected = isRight ? "" : `<div class="reference">expected: ${escapeMarkup(reference)}</div>`;
    return `<tr><td dir="auto">${escapeMarkup(source)}</td><td dir="auto">${escapeMarkup(hypothesis)}${expected}</td></tr>`;
  });
  return `<table><thead><tr><th>Source</th><th>Translation</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}
