/** `heed/inspect`: what a model looked at, and pictures of it. */
export { type AlignmentPicture, alignmentSvg } from "./alignment-svg.ts";
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  linksOf,
  type Matrix,
  openCrossAttention,
} from "./cross-attention.ts";
export { type Curve, type CurvesPicture, curvesSvg } from "./curves-svg.ts";
export { matrixInTerminal, type TerminalMatrix } from "./terminal-matrix.ts";
export { type TrainingReport, trainingReport } from "./training-report.ts";
