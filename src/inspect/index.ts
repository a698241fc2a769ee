/** `heed/inspect`: numbers from inside a model. */

export { type AlignedWords, type Aligner, type AlignerOptions, openAligner } from "./aligner.ts";
export {
  type AlignmentReading,
  type AttentionRow,
  type ChosenReading,
  chooseByAgreement,
  chooseByGold,
  describeReading,
  linksUnder,
  readingsOf,
  weightsOf,
} from "./alignment-reading.ts";
export type { ChangedTap } from "./changed-search.ts";
export { type Contributions, contributionsOf, contributionTaps } from "./contributions.ts";
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  openCrossAttention,
  readBothRows,
} from "./cross-attention.ts";
export {
  type DecodingInspector,
  type DecodingInspectorOptions,
  openDecodingInspector,
} from "./decode-on.ts";
export type { Decoded, DecodedOn, DecodedText, DecodeOptions } from "./decoded.ts";
export {
  type EvidenceKind,
  type EvidenceOptions,
  evidence,
  evidenceKinds,
  evidenceKindsAt,
  seesBack,
  spearman,
} from "./evidence.ts";
export { crossAttentionHeads } from "./forced-decoding.ts";
export type { AblationEffect } from "./head-ablation.ts";
export type { Contrast, ContrastedFeature, ContrastSide, FeatureEffect } from "./head-contrasts.ts";
export type { HeadDistances } from "./head-distance.ts";
export type { AttentionKind, AttentionPlace } from "./head-places.ts";
export { type HeadRole, rolesOf } from "./head-roles.ts";
export type { HeadStatistics, Share } from "./head-statistics.ts";
export { type HeadSurvey, type HeadSurveyOptions, type SurveyedHead, surveyHeads } from "./head-survey.ts";
export { type Inspector, type InspectorOptions, openInspector } from "./inspector.ts";
export type { Intervention, Part } from "./intervention.ts";
export { type LabelContributions, labelContributions, labelTaps } from "./label-contributions.ts";
export type { LayerStatistics } from "./layer-statistics.ts";
export type { Axis, ChosenOutput, Look, LookOptions, NamedTensor, Said, Without } from "./look.ts";
export { linksOf, type Matrix } from "./matrix.ts";
export { atPositionOf, meanAblation, numbersOf, patch } from "./patching.ts";
export type { NextCandidate, TracedHypothesis, TracedStep } from "./search-trace.ts";
export type { AxisTokens, EncodedExample, Example, Inspected } from "./subject.ts";
export { type Removable, removable, without } from "./switches.ts";
export type { WritingSettings } from "./writer.ts";
