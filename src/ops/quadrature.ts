import type { Emit, Name } from "../ir/op.ts";

/**
 * The error function in float64, for which ONNX Runtime has no kernel: erf(x) = (2x/√π) ∫₀¹ exp(-x²t²) dt by
 * Gauss-Legendre quadrature, accurate to about 1e-15. Only gradient checks run in float64, so speed does not matter.
 */
export function erfFloat64(emit: Emit, x: Name): Name {
  const { points, weights } = gaussLegendre(40);
  const size = points.length;
  // erf is 1 to the last bit from 6 on, and a bounded x keeps the quadrature exact.
  const bounded = emit("Clip", [x, emit.scalar("float64", -6), emit.scalar("float64", 6)]);
  const scaled = emit("Mul", [
    emit("Unsqueeze", [bounded, emit.ints([-1])]),
    emit.constant("float64", [size], points),
  ]);
  const bell = emit("Exp", [emit("Neg", [emit("Mul", [scaled, scaled])])]);
  const integral = emit("MatMul", [bell, emit.constant("float64", [size], weights)]);
  return emit("Mul", [emit("Mul", [bounded, emit.scalar("float64", 2 / Math.sqrt(Math.PI))]), integral]);
}

/** Points and weights on [0, 1]: roots of the Legendre polynomial by Newton's method. */
function gaussLegendre(count: number): { points: Float64Array; weights: Float64Array } {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let z = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let pass = 0; pass < 20; pass++) {
      let [before, value] = [1, z];
      for (let n = 2; n <= count; n++)
        [before, value] = [value, ((2 * n - 1) * z * value - (n - 1) * before) / n];
      slope = (count * (z * value - before)) / (z * z - 1);
      z -= value / slope;
    }
    points[i] = (z + 1) / 2;
    weights[i] = 1 / ((1 - z * z) * slope * slope);
  }
  return { points, weights };
}
