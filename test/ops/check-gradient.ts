import type { Value } from "../../src/ir/value.ts";
import { checkGradient as check, type GradientDisagreement } from "../../src/training/check-gradient.ts";
import { engine } from "./native-run.ts";
import type { Prepared } from "./prepare.ts";

/**
 * Compares gradient and central differences for every element of the operands of a sample, of first and second order.
 * Operands are outputs too: one that nothing reads may still be what says how long "time" is.
 */
export const checkGradient = (
  { operands, wrt, feeds }: Prepared,
  outputs: readonly Value[],
): Promise<readonly GradientDisagreement[]> =>
  check({ engine: engine(), outputs: [...outputs, ...operands], wrt, feeds });
