import { contributionsOf } from "../inspect/evidence/contributions.ts";
import type { Inspector } from "../inspect/looking/inspector.ts";
import type { Look } from "../inspect/looking/look.ts";
import { meanMatrix } from "../inspect/matrix.ts";
import { attentionPage } from "../pictures/attention-page.ts";
import type { ShownAttention } from "../pictures/sections/attention.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { shownEvidence } from "./inspect-evidence.ts";
import type { TokenLinks } from "./inspect-gold.ts";
import { type CheckedOptions, usage } from "./inspect-options.ts";
import { labelScores, saidTokens } from "./inspect-said.ts";
import { stepsOf } from "./inspect-steps.ts";
import {
  type AttentionName,
  attentionsOf,
  axesOf,
  barRows,
  chosenAttention,
  chosenHead,
  chosenLayer,
  headsOf,
  type LayeredAttention,
  labelsOf,
  layerName,
  placeOf,
  readsOf,
  type ShownExample,
} from "./inspected.ts";

interface Paged {
  readonly run: OpenedRun;
  readonly look: Inspector;
  readonly seen: Look;
  readonly example: ShownExample;
  readonly gold: TokenLinks;
  readonly options: CheckedOptions;
}

/** All that has a picture, as a page. */
export async function asPage(paged: Paged): Promise<string> {
  const { run, seen, options } = paged;
  const attentions = attentionsOf(seen);
  refuseUnused(attentions, options);
  const said = saidTokens(run, seen);
  return attentionPage({
    title: `Inside ${options.run}`,
    subtitle: "What a model computes as it reads one text.",
    facts: factsOf(paged),
    said,
    unit: run.task === "classify" ? "Label" : "Token",
    saidNote: SAID_NOTES[run.task],
    labelScores: labelScores(run, seen),
    attentions: attentions.map((each) => shownAttention(paged, each)),
    matrices: await evidenceOf(paged),
    steps: stepsOf(seen, said),
  });
}

/** @throws ERR_USAGE for a layer or head that is not there, or options of attention where there is none. */
function refuseUnused(attentions: readonly LayeredAttention[], { layer, head, gold }: CheckedOptions): void {
  const [first] = attentions;
  if (first) return void chosenHead(chosenLayer(first, { layer }), { head });
  for (const [name, value] of Object.entries({ layer, head, gold }))
    if (value !== undefined)
      throw usage(`--${name}`, "has no effect: this model has no attention", "leave it out");
}

const SAID_NOTES: Readonly<Record<OpenedRun["task"], string>> = {
  translate:
    "The probability of each token of the translation, given those before it. ▁ begins a word; </s> ends the sentence.",
  generate:
    "The probability of each token of the text, given those before it. ▁ begins a word; </s> ends the text.",
  classify: "The probability of the label.",
};

function factsOf({ run, example, seen }: Paged): [string, string][] {
  const { source, target } = example.given;
  const translation = example.isOwn ? "The model's own translation" : "Given translation";
  const logs = Array.from(seen.said.logProbabilities);
  const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  const { kind } = run.config.model;
  return [
    ["Text", source],
    ...(target === undefined
      ? []
      : [[run.task === "classify" ? "Given label" : translation, target] as [string, string]]),
    ["Model", kind === "transformer" ? "Transformer" : kind.toUpperCase()],
    ...(run.task === "classify"
      ? []
      : [["Probability of a token, geometric mean", `${(100 * mean).toFixed(1)} %`] as [string, string]]),
  ];
}

const TITLES: Readonly<Record<AttentionName, string>> = {
  cross: "Cross-attention",
  decoder: "Self-attention of the decoder",
  encoder: "Self-attention of the encoder",
  self: "Self-attention",
};

function shownAttention({ run, seen, gold, options }: Paged, attention: LayeredAttention): ShownAttention {
  const { name, layers } = attention;
  // Another attention may have fewer layers or heads than the one that options are checked against.
  const index = Math.min(options.layer ?? layers.length, layers.length) - 1;
  const tensor = layers[index] as LayeredAttention["layers"][number];
  const heads = headsOf(tensor);
  const head = options.head === undefined || options.head > heads.length ? undefined : options.head - 1;
  const place = placeOf(tensor);
  const [rows, columns, axes] = [labelsOf(tensor, 2), readsOf(tensor, 3), axesOf(tensor)];
  const weights = head === undefined ? meanMatrix(heads) : (heads[head] as (typeof heads)[number]);
  const made = contributionsOf(seen.taps, place, run.weights.get(`${place}.output.weight`), head);
  const isGold = name === "cross" && gold.length > 0;
  return {
    title: run.task === "classify" ? TITLES.self : TITLES[name],
    note: `Down: the token that ${axes.down}; across: the tokens it reads from. Each row adds up to 1.${isGold ? " Frames mark known links." : ""}`,
    rows,
    columns,
    axes,
    gold: isGold ? gold : undefined,
    layers: layers.map((layer) => {
      const all = headsOf(layer);
      return { name: layerName(placeOf(layer)), heads: all, mean: meanMatrix(all) };
    }),
    layer: index,
    head,
    contributions: made && { rows: barRows(attention, tensor), columns, weights, ...made },
  };
}

async function evidenceOf({ look, seen, example, options }: Paged) {
  const { kinds } = options;
  if (kinds.length === 0) return [];
  const tensor = chosenLayer(chosenAttention(seen, options), options);
  return shownEvidence({ look, example: example.given, kinds, tensor, head: chosenHead(tensor, options) });
}
