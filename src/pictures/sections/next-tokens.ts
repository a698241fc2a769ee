import type { NextToken } from "../../inspect/next-tokens.ts";
import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";
import { percent } from "./percent.ts";

/** What a language model expects next, and what came where that was something else. */
export const nextTokensSection = (next: readonly NextToken[]): Section => ({
  title: "The word that comes next",
  content: expectations(next),
});

function expectations(next: readonly NextToken[]): string {
  if (next.length === 0) return "";
  const rows = next.map(({ text, token, expected }) => {
    const [[best] = [""]] = expected;
    const all = expected.map(
      ([one, probability]) =>
        `<b>${escapeMarkup(one)}</b> <span class="expected">${percent(probability)}</span>`,
    );
    const came = best === token ? "" : `<div class="reference">came: ${escapeMarkup(token)}</div>`;
    return `<tr><td dir="auto">${escapeMarkup(text)} …</td><td>${all.join(" · ")}${came}</td></tr>`;
  });
  return `<p>Places in the validation text, and the likeliest tokens there. A space is shown as ▁, the end of a line as ⏎.</p>
<table><thead><tr><th>Text so far</th><th>Expected next</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}
