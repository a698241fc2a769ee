import { heedError } from "../errors.ts";
import { floatTypes } from "../ir/dtype.ts";
import { scalar } from "../ir/leaf.ts";
import { applyMany, defineOp, requireDType, showOperands } from "../ir/op.ts";
import { type Size, sameShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { expand, sum } from "./broadcast.ts";
import { stopGradient } from "./compare.ts";
import { add, div, mul, neg, sub } from "./elementwise.ts";
import { gather, gatherLast, scatterAddLast, scatterAddRows } from "./gather.ts";
import { gemm, matmul } from "./matmul.ts";
import { mean } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { logSumExp } from "./softmax.ts";

export interface CrossEntropyOptions {
  /** [...lead]: what each target counts for; 0 leaves it out. No gradient passes to it. Default: 1 for each. */
  readonly weight?: Value;
  /** ε, the share of probability spread evenly over the classes; 0 to below 1. Default 0. */
  readonly smoothing?: number;
}

/**
 * Cross-entropy of logits with target classes, in nats: the weighted mean over the targets.
 *
 *   logits [...lead, classes], targets int32 [...lead]  ->  []
 *
 *   loss = Σ_i w_i · ((1 - ε) · (-log p_i[t_i]) + ε · mean_c(-log p_i[c])) / Σ_i w_i,   p_i = softmax(logits_i)
 *
 * @throws ERR_SHAPE when targets or weights do not have the shape of the logits without classes.
 */
export function crossEntropy(
  logits: Value,
  targets: Value,
  { weight, smoothing = 0 }: CrossEntropyOptions = {},
): Value {
  const lead = logits.shape.slice(0, -1);
  const fits = sameShape(targets.shape, lead) && (!weight || sameShape(weight.shape, lead));
  if (logits.shape.length === 0 || !fits) {
    throw heedError("ERR_SHAPE", {
      operation: "crossEntropy",
      problem: "logits must be [...lead, classes], targets and weight [...lead]",
      operands: showOperands(weight ? { logits, targets, weight } : { logits, targets }),
    });
  }
  const lse = logSumExp(logits);
  const picked = gatherLast(logits, reshape(targets, [...lead, 1]));
  const hard = sub(lse, picked);
  const mixed =
    smoothing === 0
      ? hard
      : add(mul(hard, 1 - smoothing), mul(sub(lse, mean(logits, [-1], { keep: true })), smoothing));
  const losses = reshape(mixed, lead);
  return weight ? div(sum(mul(losses, stopGradient(weight))), stopGradient(sum(weight))) : mean(losses);
}

interface CrossEntropy {
  /** Σ weight · loss, with smoothing: the quantity to differentiate. [] */
  readonly loss: Value;
  /** Σ weight · -log p(target), without smoothing: the basis of perplexity. [] */
  readonly negativeLogLikelihood: Value;
  /** softmax(W x): [n, vocabulary] */
  readonly probabilities: Value;
}

/**
 * Output projection, softmax and label-smoothed cross-entropy as one op, because the [tokens, vocabulary] matrix is
 * the largest tensor of a step and every pass over it costs time.
 *
 *   x [n, dim], weight [vocabulary, dim], targets int32 [n], tokenWeight [n]  ->  sums over the n tokens
 *
 *   loss = Σ_i w_i · ((1 - ε) · (-log p_i[t_i]) + ε · mean_v(-log p_i[v])),   p_i = softmax(W x_i)
 *
 * @param tokenWeight  1 for a token that counts, 0 for padding. No gradient passes to it.
 * @param smoothing    ε, the share of probability spread evenly over the vocabulary; 0 to below 1.
 * @see Szegedy et al. 2015, section 7 - https://arxiv.org/abs/1512.00567
 */
export function projectedCrossEntropy(
  x: Value,
  weight: Value,
  targets: Value,
  tokenWeight: Value,
  smoothing = 0,
): CrossEntropy {
  const operands: [Value, Value, Value, Value] = [x, weight, targets, tokenWeight];
  const [loss, nll, p] = applyMany(projectedCrossEntropyOp, operands, { smoothing });
  return { loss, negativeLogLikelihood: nll, probabilities: p } as CrossEntropy;
}

/** Outputs: loss, negative log-likelihood, and the probabilities [n, vocabulary] for the gradient. */
export const projectedCrossEntropyOp = defineOp<
  [x: Value, weight: Value, targets: Value, tokenWeight: Value],
  { smoothing: number }
>({
  name: "projectedCrossEntropy",
  type: ([x, weight, targets, tokenWeight]) => {
    requireDType("projectedCrossEntropy", "x", x, floatTypes);
    requireDType("projectedCrossEntropy", "weight", weight, [x.dtype]);
    requireDType("projectedCrossEntropy", "targets", targets, ["int32"]);
    requireDType("projectedCrossEntropy", "tokenWeight", tokenWeight, [x.dtype]);
    const rows = x.shape.slice(0, 1);
    const fits = sameShape(targets.shape, rows) && sameShape(tokenWeight.shape, rows);
    if (x.shape.length !== 2 || weight.shape.length !== 2 || x.shape[1] !== weight.shape[1] || !fits) {
      throw heedError("ERR_SHAPE", {
        operation: "projectedCrossEntropy",
        problem: "x must be [n, dim], weight [vocabulary, dim], targets and tokenWeight [n]",
        operands: showOperands({ x, weight, targets, tokenWeight }),
      });
    }
    const total = { dtype: x.dtype, shape: [] };
    return [total, total, { dtype: x.dtype, shape: [x.shape[0] as Size, weight.shape[0] as Size] }];
  },
  onnx: (emit, [x, weight, targets, tokenWeight], { smoothing }, { inputs: [{ dtype }] }) => {
    const axis = emit.ints([1]);
    const logits = emit("Gemm", [x, weight], { transB: 1 });
    const p = emit("Softmax", [logits], { axis: 1 });
    // log Σ exp z = max z - log max p: two cheap reductions instead of an exponential pass.
    const logTop = emit("Log", [emit("ReduceMax", [p, axis], { keepdims: 1 })]);
    const lse = emit("Sub", [emit("ReduceMax", [logits, axis], { keepdims: 1 }), logTop]);
    const picked = emit("GatherElements", [logits, emit("Unsqueeze", [targets, axis])], { axis: 1 });
    const w = emit("Unsqueeze", [tokenWeight, axis]);
    const total = (perToken: string): string =>
      emit("ReduceSum", [emit("Mul", [perToken, w])], { keepdims: 0 });
    const nll = emit("Sub", [lse, picked]);
    const nllTotal = total(nll);
    if (smoothing === 0) return [emit("Identity", [nllTotal]), nllTotal, p];
    const uniform = emit("Sub", [lse, emit("ReduceMean", [logits, axis], { keepdims: 1 })]);
    const hard = emit("Mul", [nll, emit.scalar(dtype, 1 - smoothing)]);
    const soft = emit("Mul", [uniform, emit.scalar(dtype, smoothing)]);
    return [total(emit("Add", [hard, soft])), nllTotal, p];
  },
  vjp: ({ inputs: [x, weight, targets, tokenWeight], attrs: { smoothing }, outputs, grads }) => {
    const [dLoss, dNll, dP] = grads;
    const p = outputs[2] as Value;
    const [tokens, vocabulary] = p.shape as [Size, Size];
    const column = reshape(targets, [tokens, 1]);
    const zero = scalar(x.dtype, 0);
    const loss = dLoss ?? zero;
    if (!dNll && !dP) {
      // dz = w·g·(p - (1-ε)·onehot - ε/V), without a pass over [n, V]: w·g scales x and dx, onehot becomes rows of
      // the two products, and the constant -ε/V becomes a rank-one term of each.
      const share = smoothing / (vocabulary as number);
      const scale = reshape(mul(tokenWeight, loss), [tokens, 1]);
      const scaledX = mul(x, scale);
      const uniform = (rows: Value): Value => mul(sum(rows, [0], { keep: true }), -share);
      const dWeight = scatterAddRows(
        gemm(p, scaledX, uniform(scaledX), { transposeLeft: true }),
        mul(scaledX, smoothing - 1),
        targets,
      );
      const dx = sub(gemm(p, weight, uniform(weight)), mul(gather(weight, targets), 1 - smoothing));
      return [mul(dx, scale), dWeight, null, null];
    }
    const nll = dNll ?? zero;
    const w = reshape(tokenWeight, [tokens, 1]);
    const hit = neg(add(mul(loss, 1 - smoothing), nll));
    let dz = scatterAddLast(mul(p, add(loss, nll)), column, expand(reshape(hit, [1, 1]), [tokens, 1]));
    dz = mul(sub(dz, mul(loss, smoothing / (vocabulary as number))), w);
    if (dP) {
      const dPp = mul(dP, p);
      dz = add(dz, sub(dPp, mul(p, sum(dPp, [1], { keep: true }))));
    }
    return [matmul(dz, weight), matmul(dz, x, { transposeLeft: true }), null, null];
  },
});
