import { figure } from "./figure.ts";
import { type LabelScoresPicture, labelScoresSvg } from "./label-scores-svg.ts";
import { escapeMarkup } from "./markup.ts";
import { type Facts, page, type Section } from "./page.ts";
import { attentionSection, type ShownAttention } from "./sections/attention.ts";
import { matricesSection, type ShownMatrices } from "./sections/matrices.ts";
import { type SaidToken, saidSection } from "./sections/said.ts";
import { type StepsPicture, stepsSvg } from "./steps-svg.ts";

/** What happens inside a model as it reads one text. */
export interface AttentionPage {
  readonly title: string;
  readonly subtitle?: string;
  readonly facts: Facts;
  /** The model's output at each place. */
  readonly said: readonly SaidToken[];
  readonly saidNote?: string;
  /** What is said at each place. Default "Token". */
  readonly unit?: "Token" | "Label";
  /** Of a classifier: what each token adds to each label. */
  readonly labelScores?: LabelScoresPicture | undefined;
  readonly attentions: readonly ShownAttention[];
  /** Other matrices that are shown like attention, such as evidence. */
  readonly matrices?: readonly ShownMatrices[];
  /** Of a recurrent model: each network's steps. */
  readonly steps?: readonly StepsPicture[];
}

/** Attention inside a model as a page, what it says first; no script. */
export function attentionPage(shown: AttentionPage): string {
  const {
    title,
    subtitle,
    facts,
    said,
    unit = "Token",
    saidNote,
    labelScores,
    attentions,
    matrices = [],
    steps = [],
  } = shown;
  const [first, ...others] = attentions.map(attentionSection);
  return page({
    title,
    subtitle,
    facts,
    sections: [
      saidSection(said, unit, saidNote),
      ...(labelScores ? [labelScoresSection(labelScores)] : []),
      ...(first ? [first] : []),
      ...matrices.map(matricesSection),
      ...others,
      stepsSection(steps),
    ],
  });
}

const labelScoresSection = (picture: LabelScoresPicture): Section => ({
  title: "What each token adds to each label",
  note: "The model classifies the mean of all states, so a label's score is the sum of what each token adds: blue raises it, orange lowers it. Softmax makes probabilities of the scores.",
  content: figure(labelScoresSvg(picture)),
});

const stepsSection = (steps: readonly StepsPicture[]): Section => ({
  title: "Step by step",
  note: "One column for each step. Gates are means over the state, from 0, closed, to 1, open; a state's length is the square root of the sum of its squares; the strip shows units from -1, orange, to 1, blue.",
  content: steps
    .map((picture) => `<h3>${escapeMarkup(picture.title)}</h3>\n${figure(stepsSvg(picture))}`)
    .join("\n"),
});
