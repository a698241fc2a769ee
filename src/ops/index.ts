/** `heed/ops`: every op as a function of values, and the table of their records. */
import { constantOp, inputOp, parameterOp } from "../ir/leaf.ts";
import type { AnyOp } from "../ir/op.ts";
import { expandOp, sumOp } from "./broadcast.ts";
import {
  andOp,
  castOp,
  equalOp,
  lessOp,
  lessOrEqualOp,
  notOp,
  orOp,
  stopGradientOp,
  whereOp,
} from "./compare.ts";
import { projectedCrossEntropyOp } from "./cross-entropy.ts";
import { dropoutMaskOp } from "./dropout-mask.ts";
import {
  absOp,
  addOp,
  cosOp,
  divOp,
  erfOp,
  expOp,
  logOp,
  maximumOp,
  minimumOp,
  mulOp,
  negOp,
  reluGradientOp,
  reluOp,
  sigmoidOp,
  sinOp,
  sqrtOp,
  subOp,
  tanhOp,
} from "./elementwise.ts";
import { gatherLastOp, gatherOp, scatterAddLastOp, scatterAddRowsOp, topKOp, zerosOp } from "./gather.ts";
import { layerNormOp } from "./layer-norm.ts";
import { gemmOp, linearOp, matmulOp } from "./matmul.ts";
import { rangeOp, sizeOp } from "./range.ts";
import { recomputeOp } from "./recompute.ts";
import { maxOp, meanOp, sumOfSquaresOp } from "./reduce.ts";
import { concatOp, placeOp, reshapeOp, sliceOp, transposeOp } from "./reshape.ts";
import { boundOp, scanOp } from "./scan.ts";
import { softmaxOp } from "./softmax.ts";
import { splitOp } from "./split.ts";

export { constant, input, parameter, scalar } from "../ir/leaf.ts";
export { expand, type ReduceOptions, sum, sumTo } from "./broadcast.ts";
export { and, cast, equal, less, lessOrEqual, not, or, stopGradient, where } from "./compare.ts";
export { type CrossEntropyOptions, crossEntropy, projectedCrossEntropy } from "./cross-entropy.ts";
export { dropoutMask, type RandomTables } from "./dropout-mask.ts";
export {
  abs,
  add,
  cos,
  div,
  erf,
  exp,
  gelu,
  geluTanh,
  log,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  sigmoid,
  silu,
  sin,
  sqrt,
  sub,
  tanh,
} from "./elementwise.ts";
export { gather, gatherLast, scatterAddLast, scatterAddRows, topK, zeros } from "./gather.ts";
export { layerNorm } from "./layer-norm.ts";
export { gemm, linear, type MatmulOptions, matmul } from "./matmul.ts";
export type { Operand } from "./operand.ts";
export { range, sizeAsTensor } from "./range.ts";
export { recompute } from "./recompute.ts";
export { max, mean, sumOfSquares } from "./reduce.ts";
export { concat, flattenLead, place, reshape, slice, swapLast, transpose } from "./reshape.ts";
export { type Scanned, type ScanOptions, scan } from "./scan.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
export { split } from "./split.ts";

/** Every op by name. The table of samples in the tests has a row for each. */
export const ops = {
  input: inputOp,
  parameter: parameterOp,
  constant: constantOp,
  zeros: zerosOp,
  range: rangeOp,
  size: sizeOp,
  add: addOp,
  sub: subOp,
  mul: mulOp,
  div: divOp,
  maximum: maximumOp,
  minimum: minimumOp,
  neg: negOp,
  exp: expOp,
  log: logOp,
  sqrt: sqrtOp,
  sin: sinOp,
  cos: cosOp,
  tanh: tanhOp,
  sigmoid: sigmoidOp,
  relu: reluOp,
  reluGradient: reluGradientOp,
  erf: erfOp,
  abs: absOp,
  equal: equalOp,
  less: lessOp,
  lessOrEqual: lessOrEqualOp,
  and: andOp,
  or: orOp,
  not: notOp,
  where: whereOp,
  cast: castOp,
  stopGradient: stopGradientOp,
  expand: expandOp,
  sum: sumOp,
  sumOfSquares: sumOfSquaresOp,
  mean: meanOp,
  max: maxOp,
  reshape: reshapeOp,
  transpose: transposeOp,
  concat: concatOp,
  split: splitOp,
  slice: sliceOp,
  place: placeOp,
  gather: gatherOp,
  scatterAddRows: scatterAddRowsOp,
  gatherLast: gatherLastOp,
  scatterAddLast: scatterAddLastOp,
  topK: topKOp,
  matmul: matmulOp,
  linear: linearOp,
  gemm: gemmOp,
  softmax: softmaxOp,
  layerNorm: layerNormOp,
  projectedCrossEntropy: projectedCrossEntropyOp,
  dropoutMask: dropoutMaskOp,
  scan: scanOp,
  bound: boundOp,
  recompute: recomputeOp,
} as const satisfies Readonly<Record<string, AnyOp>>;

export type OpName = keyof typeof ops;
