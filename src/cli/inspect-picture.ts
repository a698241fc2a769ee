import { contributionsOf } from "../inspect/evidence/contributions.ts";
import type { Look } from "../inspect/looking/look.ts";
import { meanMatrix } from "../inspect/matrix.ts";
import { alignmentSvg } from "../pictures/alignment-svg.ts";
import { contributionsSvg } from "../pictures/contributions-svg.ts";
import { headsSvg } from "../pictures/heads-svg.ts";
import { ribbonsSvg } from "../pictures/ribbons-svg.ts";
import { stepsSvg } from "../pictures/steps-svg.ts";
import { standalone } from "../pictures/svg.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import type { TokenLinks } from "./inspect-gold.ts";
import { type CheckedOptions, usage } from "./inspect-options.ts";
import { saidTokens } from "./inspect-said.ts";
import { stepsOf } from "./inspect-steps.ts";
import {
  axesOf,
  barRows,
  chosenAttention,
  chosenHead,
  chosenLayer,
  headsOf,
  labelsOf,
  layerName,
  placeOf,
  readsOf,
} from "./inspected.ts";

/** One picture as SVG, by --view. @throws ERR_USAGE for a view that the model does not have */
export function asPicture(run: OpenedRun, seen: Look, gold: TokenLinks, options: CheckedOptions): string {
  return standalone(options.shown === "steps" ? steps(run, seen) : attention(run, seen, gold, options));
}

function steps(run: OpenedRun, seen: Look): string {
  const [first] = stepsOf(seen, saidTokens(run, seen));
  if (first) return stepsSvg(first);
  throw usage("--view", "a Transformer has no steps", "choose heatmap, ribbons, bars or grid");
}

function attention(run: OpenedRun, seen: Look, gold: TokenLinks, options: CheckedOptions): string {
  const chosen = chosenAttention(seen, options);
  if (options.gold !== undefined && chosen.name !== "cross")
    throw usage("--gold", "links are between source and target", "choose --attention cross");
  const tensor = chosenLayer(chosen, options);
  const head = chosenHead(tensor, options);
  const heads = headsOf(tensor);
  const weights = head === undefined ? meanMatrix(heads) : (heads[head] as (typeof heads)[number]);
  const place = placeOf(tensor);
  const which =
    heads.length === 1
      ? "its one head"
      : head === undefined
        ? `mean of ${heads.length} heads`
        : `head ${head + 1}`;
  const title = `${tensor.path}, ${which}`;
  const [rows, columns, axes] = [labelsOf(tensor, 2), readsOf(tensor, 3), axesOf(tensor)];
  switch (options.shown) {
    case "ribbons":
      return ribbonsSvg({
        source: columns,
        target: rows,
        heads: head === undefined ? heads : [weights],
        axes,
        title,
      });
    case "grid":
      if (heads.length === 1) throw usage("--view", "this attention has one head", "choose heatmap");
      return headsSvg({ rows, columns, heads, mean: meanMatrix(heads), title });
    case "bars": {
      const made = contributionsOf(seen.taps, place, run.weights.get(`${place}.output.weight`), head);
      if (!made) throw usage("--view", "this model's values have no tap", "choose heatmap");
      return contributionsSvg({
        rows: barRows(chosen, tensor),
        columns,
        ...made,
        weights,
        title: `${tensor.path}, what is mixed in, ${head === undefined ? "all heads together" : which}`,
      });
    }
    default:
      return alignmentSvg({
        source: columns,
        target: rows,
        weights,
        gold: chosen.name === "cross" ? gold : [],
        axes,
        legend: `weight: ${layerName(place).toLowerCase()}, ${which}`,
        title,
      });
  }
}
