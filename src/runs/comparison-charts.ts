import type { Curve } from "../pictures/curves-svg.ts";
import { type Comparison, meanCurve } from "./compare-runs.ts";
import { scoreName, unitOf } from "./comparison-tables.ts";
import type { Points, RecordedRun } from "./recorded-run.ts";

/** More curves than this are hard to distinguish. */
const MOST_CURVES = 8;

export interface Chart {
  readonly title: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

/** Training loss, validation loss and the score that orders the groups, with one curve per group. */
export function charts({ groups, score }: Comparison): Chart[] {
  const drawn = groups.slice(0, MOST_CURVES);
  const chart = (
    title: string,
    yLabel: string,
    dots: boolean,
    pick: (run: RecordedRun) => Points,
  ): Chart => ({
    title,
    yLabel,
    curves: drawn.map(({ name, runs }) => ({ name, dots, points: meanCurve(runs.map(pick)) })),
  });
  const unit = `nats per ${unitOf(drawn)}`;
  const validation = (key: string, title: string, yLabel: string): Chart =>
    chart(title, yLabel, true, ({ curves }) => curves.validation[key] ?? []);
  return [
    chart("Training loss", unit, false, ({ curves }) => curves.training),
    validation("loss", "Validation loss", unit),
    ...(score === undefined || score === "loss"
      ? []
      : [validation(score, `${upperFirst(scoreName(score))} on validation data`, scoreName(score))]),
  ];
}

/** Which curves are drawn. */
export function curvesNote({ groups }: Comparison): string {
  const isRepeated = groups.some(({ runs }) => runs.length > 1);
  const limited = groups.length > MOST_CURVES ? `Only the best ${MOST_CURVES} groups have curves. ` : "";
  const repeated = isRepeated ? "Each curve is the mean over the runs of a group. " : "";
  return `${limited}${repeated}Curves follow the model in training; the kept model may come from before the last step.`;
}

/** "Validation loss" */
export const upperFirst = (text: string): string => text.replace(/^./, (c) => c.toUpperCase());
