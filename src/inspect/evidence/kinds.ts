/**
 * Whether a measure has a contrastive form, why A and not B: never; for rows at which a token is written, whose output is
 * its log probability; or always, because its output is the model's whole answer where nothing is written.
 */
export type Contrast = "never" | "written" | "always";

/** Every kind of evidence, with its name under a picture. Formulas: `evidence`. */
export const evidenceNames = {
  weights: { caption: "attention weights", contrast: "never" },
  norms: { caption: "norms ‖a · v‖", contrast: "never" },
  outputNorms: { caption: "norms ‖a · v · W_O‖", contrast: "never" },
  rollout: { caption: "rollout", contrast: "never" },
  gradientTimesWeight: { caption: "gradient × weight", contrast: "always" },
  gradientTimesInput: { caption: "gradient × input", contrast: "written" },
  integratedGradients: { caption: "integrated gradients", contrast: "written" },
  valueZeroing: { caption: "value zeroing, change of the state", contrast: "never" },
  valueZeroingFall: { caption: "value zeroing, fall of ln p", contrast: "always" },
  leaveOneOut: { caption: "leaving a token out", contrast: "written" },
} as const satisfies Readonly<Record<string, { readonly caption: string; readonly contrast: Contrast }>>;

export type EvidenceKind = keyof typeof evidenceNames;

/** Ways to say how much each key counts for each query. */
export const evidenceKinds = Object.keys(evidenceNames) as readonly EvidenceKind[];
