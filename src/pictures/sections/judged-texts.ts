import type { ClassificationScores } from "../../evaluation/classification.ts";
import { confusionTable } from "../confusion-table.ts";
import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";
import { percent } from "./percent.ts";

/** A classifier's answers: all as counts, some as texts. */
export interface JudgedTexts {
  readonly labels: readonly string[];
  readonly scores: ClassificationScores;
  /** Texts labelled wrongly, those it was surest of first. */
  readonly mistakes: readonly {
    readonly text: string;
    readonly label: string;
    readonly answer: string;
    /** Of the answer, 0 to 1. */
    readonly probability: number;
  }[];
}

/** How often each label was taken for each, and the surest mistakes. */
export const judgedSection = (judged: JudgedTexts): Section => ({
  title: "What it takes for what",
  content: answers(judged),
});

function answers({ labels, scores, mistakes }: JudgedTexts): string {
  const matrix = `<p>Of the validation texts, how many that are of one label were labelled as each.</p>
${confusionTable(labels, scores)}`;
  if (mistakes.length === 0) return matrix;
  const rows = mistakes.map(
    ({ text, label, answer, probability }) =>
      `<tr><td dir="auto">${escapeMarkup(text)}</td><td>${escapeMarkup(answer)} <span class="expected">${percent(probability)}</span><div class="reference">expected: ${escapeMarkup(label)}</div></td></tr>`,
  );
  return `${matrix}
<p>Texts it was surest of and wrong about:</p>
<table><thead><tr><th>Text</th><th>Label</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}
