/** `heed/inspect`: numbers from inside a model. */

export { type AlignedWords, type Aligner, type AlignerOptions, openAligner } from "./alignment/aligner.ts";
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
} from "./alignment/alignment-reading.ts";
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  openCrossAttention,
  readBothRows,
} from "./alignment/cross-attention.ts";
export { crossAttentionHeads } from "./alignment/forced-decoding.ts";
export { type Contributions, contributionsOf, contributionTaps } from "./evidence/contributions.ts";
export {
  type EvidenceKind,
  type EvidenceOptions,
  evidence,
  evidenceKinds,
  evidenceKindsAt,
  seesBack,
  spearman,
} from "./evidence/evidence.ts";
export { type LabelContributions, labelContributions, labelTaps } from "./evidence/label-contributions.ts";
export type { AblationEffect } from "./heads/ablation.ts";
export type { Contrast, ContrastedFeature, ContrastSide, FeatureEffect } from "./heads/contrasts.ts";
export type { HeadDistances } from "./heads/distance.ts";
export type { AttentionKind, AttentionPlace } from "./heads/places.ts";
export { type HeadRole, rolesOf } from "./heads/roles.ts";
export type { HeadStatistics, Share } from "./heads/statistics.ts";
export { type HeadSurvey, type HeadSurveyOptions, type SurveyedHead, surveyHeads } from "./heads/survey.ts";
export { type Inspector, type InspectorOptions, openInspector } from "./looking/inspector.ts";
export type { Intervention, Part } from "./looking/intervention.ts";
export type { Axis, ChosenOutput, Look, LookOptions, NamedTensor, Said, Without } from "./looking/look.ts";
export { atPositionOf, meanAblation, numbersOf, patch } from "./looking/patching.ts";
export type { AxisTokens, EncodedExample, Example, Inspected } from "./looking/subject.ts";
export { type Removable, removable, without } from "./looking/switches.ts";
export { linksOf, type Matrix } from "./matrix.ts";
export type { LayerStatistics } from "./training/layer-statistics.ts";
export type { ChangedTap } from "./writing/changed-search.ts";
export {
  type DecodingInspector,
  type DecodingInspectorOptions,
  openDecodingInspector,
} from "./writing/decode-on.ts";
export type { Decoded, DecodedOn, DecodedText, DecodeOptions, WrittenSoFar } from "./writing/decoded.ts";
export type { NextCandidate, TracedHypothesis, TracedStep } from "./writing/search-trace.ts";
export type { WritingSettings } from "./writing/writer.ts";
