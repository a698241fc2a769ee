/** `heed/inspect`: what a model looked at, and pictures of it. */
export { type AlignmentPicture, alignmentSvg } from "./alignment-svg.ts";
export { type ComparisonReport, comparisonReport, type Table } from "./comparison-report.ts";
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  linksOf,
  type Matrix,
  openCrossAttention,
} from "./cross-attention.ts";
export { type Curve, type CurvesPicture, curvesSvg } from "./curves-svg.ts";
export { type IntervalsPicture, intervalsSvg } from "./intervals-svg.ts";
export { type SmallMultiples, smallMultiplesSvg } from "./small-multiples-svg.ts";
export { curvesInTerminal, type TerminalCurves } from "./terminal-curves.ts";
export { matrixInTerminal, type TerminalMatrix } from "./terminal-matrix.ts";
export { type TrainingReport, trainingReport } from "./training-report.ts";
