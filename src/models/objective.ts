import { input } from "../ir/leaf.ts";
import { elements } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { sum } from "../ops/broadcast.ts";
import { projectedCrossEntropy } from "../ops/cross-entropy.ts";
import { add } from "../ops/elementwise.ts";
import { flattenLead, reshape } from "../ops/reshape.ts";
import type { Classifier } from "./classifier.ts";
import {
  type AlignmentLoss,
  alignmentLoss,
  type Guidance,
  guidedWeights,
  linksInput,
  weighted,
} from "./guided-alignment.ts";
import type { Decoder, Seq2Seq } from "./seq2seq.ts";

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

/** The inputs of one batch of sentence pairs. */
export function pairInputs(): {
  source: Value;
  sourceMask: Value;
  target: Value;
  labels: Value;
  labelWeight: Value;
} {
  return {
    source: input("source", "int32", ["batch", "source"]),
    sourceMask: input("sourceMask", "float32", ["batch", "source"]),
    target: input("target", "int32", ["batch", "target"]),
    labels: input("labels", "int32", ["batch", "target"]),
    labelWeight: input("labelWeight", "float32", ["batch", "target"]),
  };
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
  smoothing: number,
  guided?: { readonly guidance: Guidance; readonly taps: ReadonlyMap<string, Value> },
): Objective {
  const { source, sourceMask, target, labels, labelWeight } = pairInputs();
  const memory = model.remember(model.encode(source, sourceMask), sourceMask);
  const { hidden } = model.decode(target, memory);
  const count = elements(labels.shape);
  const { loss, negativeLogLikelihood } = projectedCrossEntropy(
    flattenLead(hidden),
    model.projection,
    reshape(labels, [count]),
    reshape(labelWeight, [count]),
    smoothing,
  );
  const tokens = sum(labelWeight);
  const translation = { loss, negativeLogLikelihood, tokens, masks: [sourceMask, labelWeight] };
  if (!guided) return translation;
  const { guidance, taps } = guided;
  const alignment = alignmentLoss(guidedWeights(taps, guidance), linksInput());
  return { ...translation, loss: add(loss, weighted(alignment, guidance.weight, tokens)), alignment };
}

/** The inputs of one batch of windows of a text. */
export function windowInputs(): { text: Value; labels: Value; labelWeight: Value } {
  return {
    text: input("text", "int32", ["batch", "time"]),
    labels: input("labels", "int32", ["batch", "time"]),
    labelWeight: input("labelWeight", "float32", ["batch", "time"]),
  };
}

/** Next-token prediction: every token of a text is predicted from those before it. */
export function languageModelObjective(model: Decoder, smoothing: number): Objective {
  const { text, labels, labelWeight } = windowInputs();
  const count = elements(labels.shape);
  const { loss, negativeLogLikelihood } = projectedCrossEntropy(
    flattenLead(model.decode(text, {}).hidden),
    model.projection,
    reshape(labels, [count]),
    reshape(labelWeight, [count]),
    smoothing,
  );
  return { loss, negativeLogLikelihood, tokens: sum(labelWeight), masks: [labelWeight] };
}

/** The inputs of one batch of labelled texts. */
export function textInputs(): { text: Value; mask: Value; label: Value; labelWeight: Value } {
  return {
    text: input("text", "int32", ["batch", "time"]),
    mask: input("mask", "float32", ["batch", "time"]),
    label: input("label", "int32", ["batch"]),
    labelWeight: input("labelWeight", "float32", ["batch"]),
  };
}

/** Predicts the label of each text; `tokens` counts texts. */
export function classificationObjective(model: Classifier, smoothing: number): Objective {
  const { text, mask, label, labelWeight } = textInputs();
  const { loss, negativeLogLikelihood } = projectedCrossEntropy(
    model.summarise(text, mask),
    model.projection,
    label,
    labelWeight,
    smoothing,
  );
  return { loss, negativeLogLikelihood, tokens: sum(labelWeight), masks: [mask] };
}
