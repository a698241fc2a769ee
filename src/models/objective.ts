import type { Value } from "../ir/value.ts";
import { sum } from "../ops/broadcast.ts";
import { add } from "../ops/elementwise.ts";
import type { Classifier } from "./classifier.ts";
import {
  type AlignmentLoss,
  alignmentLoss,
  type Guidance,
  guidedWeights,
  linksInput,
  weighted,
} from "./guided-alignment.ts";
import { pairInputs, textInputs, windowInputs } from "./inputs.ts";
import type { Decoder, Seq2Seq } from "./seq2seq.ts";
import { asRead, type TokenLossOptions, tokenLoss } from "./token-loss.ts";

/** The training loss, as sums over a batch: divide by `tokens` for means. */
export interface Objective {
  /** Label-smoothed cross-entropy in nats, summed over target tokens; with guidance, its weighted loss is added. */
  readonly loss: Value;
  /** -log p of the reference, summed over target tokens. */
  readonly negativeLogLikelihood: Value;
  /** Target tokens of the batch. */
  readonly tokens: Value;
  /** [batch, length], 1 for a token and 0 for padding, one for each length. Layer statistics count these positions. */
  readonly masks: readonly Value[];
  /** With guidance: the alignment loss alone, without its weight. */
  readonly alignment?: AlignmentLoss;
}

/**
 * Teacher forcing: every target token is predicted from the reference tokens before it.
 *
 * With guidance, one head also learns to look where given links point. Per target token, the loss is then
 *
 *   L = L_translation + weight · mean over linked target tokens of -Σ_j g_ij log α_ij
 *
 * with the mean taken over a batch: the links g of its tokens are the input `links`.
 *
 * @param guided  Which attention is guided, and the taps of the model it is in.
 * @throws ERR_MODEL when the model does not have that attention.
 * @see Garg et al. 2019 - https://aclanthology.org/D19-1453
 */
export function translationObjective(
  model: Seq2Seq,
  smoothing: number | TokenLossOptions,
  guided?: { readonly guidance: Guidance; readonly taps: ReadonlyMap<string, Value> },
): Objective {
  const options = optionsOf(smoothing);
  const { source, sourceMask, target, labels, labelWeight } = pairInputs();
  const mask = asRead(sourceMask, options);
  const memory = model.remember(model.encode(asRead(source, options), mask), mask);
  const { hidden } = model.decode(asRead(target, options), memory);
  const predicted = { labels, weight: labelWeight };
  const { loss, negativeLogLikelihood } = tokenLoss(hidden, model.projection, predicted, options);
  const tokens = sum(labelWeight);
  const masks = [mask, asRead(labelWeight, options)];
  const translation = { loss, negativeLogLikelihood, tokens, masks };
  if (!guided) return translation;
  const { guidance, taps } = guided;
  const alignment = alignmentLoss(guidedWeights(taps, guidance), asRead(linksInput(), options));
  return { ...translation, loss: add(loss, weighted(alignment, guidance.weight, tokens)), alignment };
}

const optionsOf = (smoothing: number | TokenLossOptions): TokenLossOptions =>
  typeof smoothing === "number" ? { smoothing } : smoothing;

/** Next-token prediction: every token of a text is predicted from those before it. */
export function languageModelObjective(model: Decoder, smoothing: number | TokenLossOptions): Objective {
  const options = optionsOf(smoothing);
  const { text, labels, labelWeight } = windowInputs();
  const { hidden } = model.decode(asRead(text, options), {});
  const predicted = { labels, weight: labelWeight };
  const { loss, negativeLogLikelihood } = tokenLoss(hidden, model.projection, predicted, options);
  const masks = [asRead(labelWeight, options)];
  return { loss, negativeLogLikelihood, tokens: sum(labelWeight), masks };
}

/** Predicts the label of each text; `tokens` counts texts. */
export function classificationObjective(model: Classifier, smoothing: number | TokenLossOptions): Objective {
  const options = optionsOf(smoothing);
  const { text, mask, label, labelWeight } = textInputs();
  const masks = [asRead(mask, options)];
  const summary = model.summarise(asRead(text, options), asRead(mask, options));
  const predicted = { labels: label, weight: labelWeight };
  const { loss, negativeLogLikelihood } = tokenLoss(summary, model.projection, predicted, options);
  return { loss, negativeLogLikelihood, tokens: sum(labelWeight), masks };
}
