import type { Inspector } from "../looking/inspector.ts";
import type { EncodedExample, Example } from "../looking/subject.ts";
import type { Matrix } from "../matrix.ts";
import { gradientTimesInput, gradientTimesWeight, integratedGradients } from "./gradients.ts";
import { type EvidenceKind, evidenceKinds } from "./kinds.ts";
import { leaveOneOut } from "./leave-one-out.ts";
import { type EvidenceOptions, type Question, questionOf } from "./question.ts";
import { rollout } from "./rollout.ts";
import { valueZeroing, valueZeroingFall } from "./value-zeroing.ts";
import { attentionWeights, norms, outputNorms } from "./weights.ts";

export type { EvidenceKind } from "./kinds.ts";
export type { EvidenceOptions } from "./question.ts";
export { seesBack, spearman } from "./spearman.ts";
export { evidenceKinds };

/** How each kind is measured. */
const measures: Readonly<Record<EvidenceKind, (question: Question) => Promise<Matrix>>> = {
  weights: attentionWeights,
  norms,
  outputNorms,
  rollout,
  gradientTimesWeight,
  gradientTimesInput,
  integratedGradients,
  valueZeroing,
  valueZeroingFall,
  leaveOneOut,
};

/**
 * [rows][columns] of an attention matrix: how much each token that is read from counts at each row. The output of a row is
 * ln p of the token written there, or ln p(of) - ln p(against): why that one and not this one. Rows of an encoder or a
 * classifier write nothing: they are states on the way to the answer.
 *
 * - weights               a_ij, as attention gives them
 * - norms                 ‖a_ij v_j‖: what a key adds to the head's output
 * - outputNorms           ‖Σ_h a^h_ij v^h_j W_O^h‖: what it adds to the layer's (Kobayashi et al. 2020)
 * - rollout               weights followed through all layers below, residual connections included (Abnar & Zuidema 2020)
 * - gradientTimesWeight   a_ij ∂ output_i / ∂ a_ij; of a state, the output is the whole answer
 * - gradientTimesInput    Σ_d x_jd ∂ output_i / ∂ x_jd, x the embeddings; of a state, the output is its length
 * - integratedGradients   the same with the mean gradient over α x, α from 0 to 1; a row sums to output_i minus that of
 *                         embeddings of zeros (Sundararajan et al. 2017)
 * - valueZeroing          1 - cos of the layer's state i with and without v_j (Mohebbi et al. 2023)
 * - valueZeroingFall      by how much output_i falls without v_j; of a state, the whole answer without a_ij v_j
 * - leaveOneOut           by how much output_i falls when token j is taken out; of a state, 1 - cos when `<unk>` replaces it:
 *                         what the others are to agree with
 *
 * @throws ERR_GRAPH for a place without attention, naming similar ones; ERR_USAGE for a head, a token or a contrast that a
 *   kind does not have, `rollout` or `outputNorms` of recurrent attention.
 * @see https://aclanthology.org/2020.emnlp-main.574, https://aclanthology.org/2020.acl-main.385,
 *   https://arxiv.org/abs/1703.01365, https://aclanthology.org/2023.eacl-main.245 and, for contrasts, Yin & Neubig 2022,
 *   https://aclanthology.org/2022.emnlp-main.14
 */
export async function evidence(
  look: Inspector,
  example: Example | EncodedExample,
  kind: EvidenceKind,
  options: EvidenceOptions,
): Promise<Matrix> {
  return measures[kind](await questionOf(look, example, kind, options));
}

/** The kinds that attention at a place has: recurrent attention has no W_O and no layers to roll out. */
export const evidenceKindsAt = ({ paths }: Inspector, place: string): EvidenceKind[] =>
  evidenceKinds.filter(
    (kind) => !(kind === "rollout" || kind === "outputNorms") || paths.includes(`${place}.output`),
  );
