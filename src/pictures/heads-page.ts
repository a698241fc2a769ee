import { rolesOf } from "../inspect/heads/roles.ts";
import type { HeadSurvey, SurveyedHead } from "../inspect/heads/survey.ts";
import { alignmentSvg } from "./alignment-svg.ts";
import { headsGrid } from "./heads-grid.ts";
import { intervalsSvg } from "./intervals-svg.ts";
import { escapeMarkup } from "./markup.ts";
import { page, type Section } from "./page.ts";
import { smallMultiplesSvg } from "./small-multiples-svg.ts";

export interface HeadsPage {
  /** The name of the run. */
  readonly run: string;
  /** "100 pairs of test.tsv" */
  readonly about: string;
  /** Numbers in the model's weights. */
  readonly parameters: number;
  readonly survey: HeadSurvey;
  /** The heads at steps of training, in order. */
  readonly checkpoints: readonly { readonly step: number; readonly survey: HeadSurvey }[];
}

/** What the heads of a model do, as a page: a grid of heads, their importance, features, places, likeness; no script. */
export function headsPage({ run, about, parameters, survey, checkpoints }: HeadsPage): string {
  const { heads, loss, tokens } = survey;
  return page({
    title: `The heads of ${run}`,
    subtitle: `What each attention head does, and what the loss is without it, on ${about}`,
    facts: [
      ["Heads", String(heads.length)],
      ["Parameters", parameters.toLocaleString("en-US")],
      ["Loss, nats a token", loss.toFixed(4)],
      ["Tokens", tokens.toLocaleString("en-US")],
    ],
    sections: [
      gridSection(survey),
      importanceSection(survey),
      featureSection(survey),
      placesSection(survey),
      likenessSection(survey),
      trainingSection(checkpoints),
    ],
  });
}

const percent = (share: number): string => (Number.isFinite(share) ? `${Math.round(100 * share)} %` : "–");
const decimals = (value: number, digits = 2): string =>
  Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–";
const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
const byImportance = (heads: readonly SurveyedHead[]): SurveyedHead[] =>
  heads.toSorted((a, b) => b.zero.delta - a.zero.delta);

const gridSection = ({ heads, attentions }: HeadSurvey): Section => ({
  title: "Every head",
  note: "A row for each attention, in the order in which the model computes them. The number is what the loss rises by when the head's output is 0, in nats a token; the stronger the colour, the more. Below it what the head does, where something stands out.",
  content: headsGrid(
    attentions.map(({ place }) => ({
      name: place.name,
      cells: heads
        .filter((head) => head.place === place)
        .map((head) => ({
          name: head.name,
          value: head.zero.delta,
          text: signed(head.zero.delta),
          isFaint: Math.abs(head.zero.delta) <= (head.zero.half ?? 0),
          notes: rolesOf(head).map(({ name, kind }) => ({ text: name, isStrong: kind === "feature" })),
        })),
    })),
  ),
});

const importanceSection = ({ heads }: HeadSurvey): Section => ({
  title: "The loss without each head",
  note: `The dot is the mean over sentences, the bar its 95 % interval. An interval that holds 0 shows no effect.${heads.some(({ mean }) => mean) ? " In brackets: with the head's output replaced by its mean." : ""}`,
  content: `<div class="layers"><figure>${intervalsSvg({
    title: "Loss without the head less loss with it",
    xLabel: "nats a token",
    rows: byImportance(heads).map(({ name, zero, mean }) => ({
      name,
      mean: zero.delta,
      half: zero.half,
      values: [],
      text: `${signed(zero.delta)}${zero.half === undefined ? "" : ` ± ${zero.half.toFixed(3)}`}${mean ? ` (${signed(mean.delta)})` : ""}`,
    })),
  })}</figure></div>`,
});

/** A cell for each head and feature, the stronger the more of the feature's margin the head carries. */
function featureSection({ heads, features }: HeadSurvey): Section {
  if (features.length === 0) return { title: "Features", content: "" };
  const columns = features.map(
    ({ feature, accuracy, isKnown }) =>
      `<th>${escapeMarkup(feature)}<br><span class="expected">${isKnown ? `${percent(accuracy)} right` : "not learnt"}</span></th>`,
  );
  const rows = byImportance(heads).map((head) => {
    const roles = new Set(rolesOf(head).flatMap(({ kind, name }) => (kind === "feature" ? [name] : [])));
    const cells = head.features.map(({ feature, share, corrected, accuracy }) => {
      if (!Number.isFinite(share)) return "<td>–</td>";
      const tip = `${share < 0 ? "gains" : "loses"} ${percent(Math.abs(share))} of the margin; ${percent(accuracy)} right without it; corrected p = ${corrected.toPrecision(2)}`;
      const text = roles.has(feature) ? `<b>${percent(share)}</b>` : percent(share);
      const colour = Math.min(1, Math.max(0, share)).toFixed(2);
      return `<td class="right" style="--share: ${colour}" title="${escapeMarkup(tip)}">${text.replace("-", "−")}</td>`;
    });
    return `<tr><th scope="row">${escapeMarkup(head.name)}</th>${cells.join("")}</tr>`;
  });
  const pairs = Math.max(...features.map((feature) => feature.pairs));
  return {
    title: "Features that need a head",
    note: `Up to ${pairs} pairs of sentences for each feature differ in it alone. A cell is the share that is lost without the head of the model's margin, ln p of the right word less that of the pair's other word. Bold: needed, and more than the other features need it (permutation tests, p < 0.05 after Holm's correction for ${heads.length} heads × ${features.length} features), and at least 5 %.`,
    content: `<div class="wide"><table class="numbers confusion"><thead><tr><th class="text">head</th>${columns.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`,
  };
}

const PLACES = ["previous", "next", "self", "first", "separators"] as const;

function placesSection({ heads }: HeadSurvey): Section {
  const names = ["entropy", "of ln n", ...PLACES, "largest sink", "self largest", "≠ ‖av‖", "ρ ‖av‖"];
  const rows = heads.map(({ name, statistics }) => {
    const { entropy, mass, sinks, diagonal, contribution } = statistics;
    const [sink] = sinks;
    const cells = [
      decimals(entropy.nats),
      decimals(entropy.relative),
      ...PLACES.map((place) => percent(mass[place].share)),
      sink ? `${sink.token} ${percent(sink.share)}` : "–",
      `${percent(diagonal.share)} (${percent(diagonal.chance)})`,
      percent(contribution.differs),
      decimals(contribution.correlation),
    ];
    const named = cells.map(
      (cell, i) => `<td data-column="${escapeMarkup(names[i] ?? "")}">${escapeMarkup(cell)}</td>`,
    );
    return `<tr><td class="text">${escapeMarkup(name)}</td>${named.join("")}</tr>`;
  });
  const head = names.map((name) => `<th>${escapeMarkup(name)}</th>`).join("");
  return {
    title: "Where each head looks",
    note: "Means over rows that see two keys or more. Entropy in nats: 0 for a single key, ln n for n keys alike. Then the shares of attention: to the token before, after and at a row's own position (in cross-attention: the source token of the same position), to the first token, to punctuation and special tokens, and to the one of those that gets most. Then how often a row's largest weight is at its own position, and by chance; how often another key adds most to the output (‖av‖) than has the largest weight (a), and the rank correlation of both.",
    content: `<div class="wide"><table class="numbers rows"><thead><tr><th class="text">head</th>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`,
  };
}

/** How alike the heads of each attention are: full colour for the same weights. */
function likenessSection({ attentions, heads }: HeadSurvey): Section {
  const figures = attentions
    .filter(({ place }) => place.heads > 1)
    .map(({ place, distances: { divergences } }) => {
      const names = divergences.map((_, head) => String(head + 1));
      const weights = divergences.map((row) => row.map((divergence) => 1 - divergence));
      const svg = alignmentSvg({
        source: names,
        target: names,
        weights,
        title: `${place.name}: likeness of its heads`,
      });
      return `<figure>${svg}<figcaption>${escapeMarkup(place.name)}</figcaption></figure>`;
    });
  const same = heads.flatMap(({ name, identical }) =>
    identical.map((other) => `${name} has the ${other.in} of head ${other.head + 1}`),
  );
  return {
    title: "How alike the heads are",
    note: `1 less the Jensen-Shannon divergence of two heads' weights in bits, as a mean over rows: full colour for the same weights, blank for heads that never look at the same key. ${same.length > 0 ? `Identical: ${same.join("; ")}.` : "No two heads are identical."}`,
    content: figures.length > 0 ? `<div class="alignments">${figures.join("\n")}</div>` : "",
  };
}

function trainingSection(checkpoints: HeadsPage["checkpoints"]): Section {
  const last = checkpoints.at(-1);
  if (!last) return { title: "Over training", content: "" };
  const curves = (of: (head: SurveyedHead) => number) =>
    last.survey.heads.map(({ name }, i) => ({
      name,
      points: checkpoints.map(
        ({ step, survey }) => [step, of(survey.heads[i] as SurveyedHead)] as [number, number],
      ),
    }));
  const pictures = [
    { title: "Loss without each head", yLabel: "nats a token", of: (head: SurveyedHead) => head.zero.delta },
    {
      title: "Entropy of each head",
      yLabel: "share of ln n",
      of: (head: SurveyedHead) => head.statistics.entropy.relative,
    },
    {
      title: "Rows whose largest weight is their own",
      yLabel: "share",
      of: (head: SurveyedHead) => head.statistics.diagonal.share,
    },
  ];
  const figures = pictures.map(
    ({ title, yLabel, of }) =>
      `<figure>${smallMultiplesSvg({ title, curves: curves(of), xLabel: "step", yLabel })}</figure>`,
  );
  return {
    title: "Over training",
    note: `The same sentences at ${checkpoints.length} checkpoints. Nobody gives a head its task: what it does comes from training.`,
    content: `<div class="layers">${figures.join("\n")}</div>`,
  };
}
