/** `heed/pictures`: results drawn as SVG, in the terminal, and on pages. */
export { type AlignmentPicture, alignmentSvg } from "./alignment-svg.ts";
export { type AttentionPage, attentionPage, type ShownAttention } from "./attention-page.ts";
export { type ComparisonReport, comparisonReport } from "./comparison-report.ts";
export { type Curve, type CurvesPicture, curvesSvg } from "./curves-svg.ts";
export { type HeadsPage, headsPage } from "./heads-page.ts";
export { type IntervalsPicture, intervalsSvg } from "./intervals-svg.ts";
export type { Facts, Page, Section } from "./page.ts";
export { page } from "./page.ts";
export { alignmentsSection } from "./sections/alignments.ts";
export { type JudgedTexts, judgedSection } from "./sections/judged-texts.ts";
export { nextTokensSection } from "./sections/next-tokens.ts";
export { type ShownTranslation, translationsSection } from "./sections/translations.ts";
export { type SmallMultiples, smallMultiplesSvg } from "./small-multiples-svg.ts";
export type { Table } from "./table.ts";
export { curvesInTerminal, type TerminalCurves } from "./terminal-curves.ts";
export { matrixInTerminal, type TerminalMatrix } from "./terminal-matrix.ts";
export { type TrainingReport, trainingReport } from "./training-report.ts";
