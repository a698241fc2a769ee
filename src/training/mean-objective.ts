import { heedError } from "../errors.ts";
import { isFloat } from "../ir/dtype.ts";
import { scalar } from "../ir/leaf.ts";
import { showShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { Objective } from "../models/objective.ts";

/** A mean over a batch as a sum over one batch. @throws ERR_SHAPE when it is not one number */
export function asObjective(objective: Objective | Value): Objective {
  if (!("node" in objective)) return objective;
  const { dtype, shape } = objective;
  if (shape.length === 0 && isFloat(dtype))
    return { loss: objective, negativeLogLikelihood: objective, tokens: scalar(dtype, 1), masks: [] };
  const problem = `the loss is ${dtype} ${showShape(shape)} and should be one number; take its mean`;
  throw heedError("ERR_SHAPE", { operation: "objective", problem });
}
