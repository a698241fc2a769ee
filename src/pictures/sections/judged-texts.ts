import type { ClassificationScores } from "../../evaluation/classification.ts";
import { confusionTable } from "../confusion-table.ts";
import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";
import { percent } from "./percent.ts";

/** A classifier's answers: counts of all, and some of the mistakes. */
export interface JudgedTexts {
  readonly labels: readonly string[];
  readonly scores: ClassificationScores;
  /** Misclassified texts, most confident first. */
  readonly mistakes: readonly {
    readonly text: string;
    readonly label: string;
    readonly answer: string;
    /** The probability of the answer, 0 to 1. */
    readonly probability: number;
  }[];
}

/** A confusion matrix and the most confident mistakes. */
export const judgedSection = (judged: JudgedTexts): Section => ({
  title: "Confusion matrix",
  content: answers(judged),
});

function answers({ labels, scores, mistakes }: JudgedTexts): string {
  const matrix = `<p>Validation texts by actual label (rows) and predicted label (columns).</p>
${confusionTable(labels, scores)}`;
  if (mistakes.length === 0) return matrix;
  const rows = mistakes.map(
    ({ text, label, answer, probability }) =>
      `<tr><td dir="auto">${escapeMarkup(text)}</td><td>${escapeMarkup(answer)} <span class="expected">${percent(probability)}</span><div class="reference">expected: ${escapeMarkup(label)}</div></td></tr>`,
  );
  return `${matrix}
<p>The most confident mistakes:</p>
<table><thead><tr><th>Text</th><th>Label</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}
