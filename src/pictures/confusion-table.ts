import type { ClassificationScores } from "../evaluation/classification.ts";
import { escapeMarkup } from "./markup.ts";

/**
 * A confusion matrix: actual labels in rows, predicted labels in columns, shaded by share of the row, with precision,
 * recall and F1 per label.
 */
export function confusionTable(
  labels: readonly string[],
  { confusion, perLabel }: ClassificationScores,
): string {
  const names = labels.map((label) => escapeMarkup(label));
  const percent = (share = 0): string => (100 * share).toFixed(1);
  const head = (cells: readonly string[]): string =>
    cells.map((cell) => `<th scope="col">${cell}</th>`).join("");
  const rows = names.map((name, i) => {
    const counts = confusion[i] ?? [];
    const total = counts.reduce((a, b) => a + b, 0);
    const cells = counts.map((count, j) => {
      const share = total === 0 ? 0 : count / total;
      const kind = i === j ? "right" : "wrong";
      return `<td class="${kind}" style="--share: ${share.toFixed(3)}">${count.toLocaleString("en-US")}</td>`;
    });
    const { precision, recall, f1 } = perLabel[i] ?? {};
    const scores = [precision, recall, f1].map((share) => `<td>${percent(share)}</td>`);
    return `<tr><th scope="row">${name}</th>${cells.join("")}${scores.join("")}</tr>`;
  });
  return `<div class="wide"><table class="numbers confusion"><thead>
<tr><td></td><th colspan="${names.length}">predicted</th><th colspan="3">per label, %</th></tr>
<tr><th scope="col">actual</th>${head([...names, "precision", "recall", "F1"])}</tr>
</thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}
