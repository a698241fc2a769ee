import type { NextToken } from "../../inspect/training/next-tokens.ts";
import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";
import { percent } from "./percent.ts";

/** A language model's predictions, with the actual token where it differs. */
export const nextTokensSection = (next: readonly NextToken[]): Section => ({
  title: "Next-token predictions",
  content: expectations(next),
});

function expectations(next: readonly NextToken[]): string {
  if (next.length === 0) return "";
  const rows = next.map(({ text, token, expected }) => {
    const [[best] = [""]] = expected;
    const all = expected.map(
      ([candidate, probability]) =>
        `<b>${escapeMarkup(candidate)}</b> <span class="expected">${percent(probability)}</span>`,
    );
    const actual = best === token ? "" : `<div class="reference">actual: ${escapeMarkup(token)}</div>`;
    return `<tr><td dir="auto">${escapeMarkup(text)} …</td><td>${all.join(" · ")}${actual}</td></tr>`;
  });
  return `<p>Positions in the validation text, and the likeliest tokens there. A space is shown as ▁, the end of a line as ⏎.</p>
<table><thead><tr><th>Text so far</th><th>Expected next</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}
