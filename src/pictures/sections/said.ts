import { escapeMarkup } from "../markup.ts";
import type { Section } from "../page.ts";
import { tokenLabel } from "../token-label.ts";
import { percent } from "./percent.ts";

/** The model's output at one place. */
export interface SaidToken {
  readonly expected: string;
  /** Its probability, 0 to 1. */
  readonly probability: number;
  /** The likeliest others with their probabilities, best first. */
  readonly others: readonly (readonly [token: string, probability: number])[];
}

/**
 * A row for each token: its probability as a number and a bar, and what else the model would say.
 *
 * @param unit  What is said: "Token" or "Label".
 */
export function saidSection(said: readonly SaidToken[], unit: string, note?: string): Section {
  const rows = said.map(({ expected, probability, others }) => {
    const isSurprise = others.some(([, other]) => other > probability);
    const listed = others.map(
      ([token, p]) =>
        `<span class="other${p > probability ? " likelier" : ""}"><bdi>${escapeMarkup(tokenLabel(token))}</bdi> ${chance(p)}</span>`,
    );
    return `<tr><th scope="row"><bdi>${escapeMarkup(tokenLabel(expected))}</bdi></th><td class="share${isSurprise ? " surprise" : ""}"><span class="track"><span style="width:${(100 * probability).toFixed(1)}%"></span></span> ${chance(probability)}</td><td>${listed.join(" ")}</td></tr>`;
  });
  const head = `<thead><tr><th scope="col">${escapeMarkup(unit)}</th><th scope="col">Its probability</th><th scope="col">Likeliest others</th></tr></thead>`;
  return {
    title: "What the model says",
    note,
    content: rows.length > 0 ? `<table class="said">${head}<tbody>${rows.join("\n")}</tbody></table>` : "",
  };
}

const chance = (share: number): string => (share < 0.0005 ? "&lt; 0.1 %" : percent(share));
