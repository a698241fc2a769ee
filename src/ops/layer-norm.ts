import { heedError } from "../errors.ts";
import { floatTypes } from "../ir/dtype.ts";
import { apply, defineOp, requireDType, showOperands } from "../ir/op.ts";
import { sameShape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { sum } from "./broadcast.ts";
import { add, mul, sub } from "./elementwise.ts";
import { mean } from "./reduce.ts";
import { flattenLead } from "./reshape.ts";

/**
 * Layer normalisation over the last axis.
 *
 *   x [...lead, dim], gain [dim], bias [dim]  ->  [...lead, dim]      y = gain · (x - mean) / sqrt(variance + epsilon) + bias
 */
export function layerNorm(x: Value, gain: Value, bias: Value, epsilon = 1e-5): Value {
  return apply(layerNormOp, [x, gain, bias], { epsilon });
}

/** Outputs: y, then mean and 1/deviation [...lead, 1], so that the gradient need not compute them again. */
export const layerNormOp = defineOp<[x: Value, gain: Value, bias: Value], { epsilon: number }>({
  name: "layerNorm",
  type: ([x, gain, bias]) => {
    requireDType("layerNorm", "x", x, floatTypes);
    requireDType("layerNorm", "gain", gain, [x.dtype]);
    requireDType("layerNorm", "bias", bias, [x.dtype]);
    const dim = x.shape.at(-1);
    if (dim === undefined || !sameShape(gain.shape, [dim]) || !sameShape(bias.shape, [dim])) {
      throw heedError("ERR_SHAPE", {
        operation: "layerNorm",
        problem: `gain and bias must be [${dim}], the last axis of x`,
        operands: showOperands({ x, gain, bias }),
      });
    }
    const row = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), 1] };
    return [{ dtype: x.dtype, shape: x.shape }, row, row];
  },
  reach: () => "row",
  onnx: (emit, operands, { epsilon }, { inputs: [x] }) => {
    // ONNX makes the extra outputs float32 whatever the type of x, so float64 spells out the formula.
    if (x.dtype === "float32") {
      return emit.many("LayerNormalization", operands, { axis: -1, epsilon: { float: epsilon } }, 3);
    }
    const [value, gain, bias] = operands;
    const axes = emit.ints([-1]);
    const center = emit("ReduceMean", [value, axes], { keepdims: 1 });
    const deviation = emit("Sub", [value, center]);
    const variance = emit("ReduceMean", [emit("Mul", [deviation, deviation]), axes], { keepdims: 1 });
    const root = emit("Sqrt", [emit("Add", [variance, emit.scalar(x.dtype, epsilon)])]);
    const inverse = emit("Div", [emit.scalar(x.dtype, 1), root]);
    const scaled = emit("Mul", [emit("Mul", [deviation, inverse]), gain]);
    return [emit("Add", [scaled, bias]), center, inverse];
  },
  vjp: ({ inputs: [x, gain], outputs: [, center, inverse], grad, grads: [dy, dCenter, dInverse] }) => {
    if (!center || !inverse) return [null, null, null];
    const normal = mul(sub(x, center), inverse);
    const scaled = mul(grad, gain);
    const options = { keep: true };
    // dx = inverse · (dn - mean(dn) - n · mean(dn · n)) with dn = dy · gain
    const drift = add(mean(scaled, [-1], options), mul(normal, mean(mul(scaled, normal), [-1], options)));
    let dx = mul(sub(scaled, drift), inverse);
    const share = 1 / (x.shape.at(-1) as number);
    if (dCenter) dx = add(dx, mul(dCenter, share));
    if (dInverse) dx = sub(dx, mul(mul(dInverse, mul(inverse, inverse)), mul(normal, share)));
    if (!dy) return [dx, null, null];
    return [dx, sum(flattenLead(mul(grad, normal)), [0]), sum(flattenLead(grad), [0])];
  },
});
