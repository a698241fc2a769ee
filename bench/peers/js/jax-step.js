/**
 * The step of bench/peers/transformer_step.py in jax-js: forward and backward as one jitted function, clipping and AdamW
 * as another. Between them, not jitted, the gradient of the embedding's rows: jax-js cannot jit a scatter whose input it
 * would fuse. Source and target have the same ids, so the rows are looked up once. `x.ref` is one more use of x: functions
 * of jax-js take their arguments over.
 */
import { defaultDevice, grad, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { batchOf, describe, filled, tableOfWaves } from "./model.js";
import manifest from "./package.json" with { type: "json" };

export async function open(size) {
  const devices = await init("wasm");
  if (!devices.includes("wasm")) throw new Error("jax-js has no WASM here");
  defaultDevice("wasm");
  const { batch, length, dModel: dim, vocabulary, layers } = size;
  const heads = dim / 32;
  const tokens = batch * length;
  const shapes = describe(size);
  const waves = tableOfWaves(size);

  const linear = (p, name, x) => np.add(np.matmul(x, p[`${name}.weight`]), p[`${name}.bias`]);
  const norm = (p, name, x) =>
    np.add(np.multiply(nn.standardize(x, -1, { epsilon: 1e-5 }), p[`${name}.gain`]), p[`${name}.bias`]);
  const split = (x) => x.reshape([batch, length, heads, 32]);
  const attend = (p, name, x, memory, options) => {
    const q = split(linear(p, `${name}.query`, x));
    const k = split(linear(p, `${name}.key`, memory.ref));
    const v = split(linear(p, `${name}.value`, memory));
    return linear(p, `${name}.out`, nn.dotProductAttention(q, k, v, options).reshape([tokens, dim]));
  };
  const feed = (p, name, x) => linear(p, `${name}.feed.1`, nn.relu(linear(p, `${name}.feed.0`, x)));
  const embedded = (rows, places) => {
    const scaled = np.multiply(rows, Math.sqrt(dim)).reshape([batch, length, dim]);
    return np.add(scaled, places).reshape([tokens, dim]);
  };
  const lossOf = (p, rows, ids, mask, places) => {
    let memory = embedded(rows.ref, places.ref);
    for (let i = 0; i < layers; i++) {
      const name = `encoder.${i}`;
      const a = attend(p, `${name}.attention`, memory.ref, memory.ref, { mask: mask.ref });
      const y = norm(p, `${name}.norm.0`, np.add(memory, a));
      memory = norm(p, `${name}.norm.1`, np.add(y.ref, feed(p, name, y)));
    }
    let x = embedded(rows, places);
    for (let i = 0; i < layers; i++) {
      const name = `decoder.${i}`;
      const a = attend(p, `${name}.attention`, x.ref, x.ref, { isCausal: true });
      const y = norm(p, `${name}.norm.0`, np.add(x, a));
      const c = attend(p, `${name}.cross`, y.ref, memory.ref, { mask: mask.ref });
      const z = norm(p, `${name}.norm.1`, np.add(y, c));
      x = norm(p, `${name}.norm.2`, np.add(z.ref, feed(p, name, z)));
    }
    memory.dispose();
    mask.dispose();
    const logits = np.matmul(x, np.transpose(p.embed));
    const logP = nn.logSoftmax(logits, -1);
    const isLabel = np.equal(np.arange(vocabulary).astype(np.int32), ids.reshape([tokens, 1]));
    const picked = np.where(isLabel, logP.ref, 0).sum();
    const uniform = np.mean(logP, -1).sum();
    return np.multiply(np.add(np.multiply(picked, 0.9), np.multiply(uniform, 0.1)), -1 / tokens);
  };

  const differentiate = jit(valueAndGrad(lossOf, { argnums: [0, 1] }));
  const scatter = grad((embed, ids, rowGrads) => np.multiply(np.take(embed, ids, 0), rowGrads).sum());
  const update = jit((p, m, v, grads, scalars) => {
    const [rate, epsilon] = np.split(scalars, 2).map((one) => one.reshape([]));
    const squares = Object.values(grads).map((g) => np.square(g.ref).sum());
    const scale = np.minimum(np.reciprocal(np.sqrt(squares.reduce((a, b) => np.add(a, b)))), 1);
    const next = { p: {}, m: {}, v: {} };
    for (const [name, grad] of Object.entries(grads)) {
      const g = np.multiply(grad, scale.ref);
      const newM = np.add(np.multiply(m[name], 0.9), np.multiply(g.ref, 0.1));
      const newV = np.add(np.multiply(v[name], 0.98), np.multiply(np.square(g), 0.02));
      const change = np.divide(newM.ref, np.add(np.sqrt(newV.ref), epsilon.ref));
      const decayed = np.multiply(p[name], 1 - 1e-4 * 0.01);
      next.p[name] = np.subtract(decayed, np.multiply(change, rate.ref));
      next.m[name] = newM;
      next.v[name] = newV;
    }
    for (const one of [scale, rate, epsilon]) one.dispose();
    return next;
  });

  const { ids, seen } = batchOf(size);
  const make = (value) =>
    Object.fromEntries(shapes.map(([name, shape]) => [name, np.array(value(name, shape)).reshape(shape)]));
  const zeros = (_, shape) => new Float32Array(shape.reduce((a, b) => a * b, 1));
  let p = make(filled);
  let m = make(zeros);
  let v = make(zeros);
  const fixed = {
    ids: np.array(ids, { dtype: np.int32 }),
    mask: np.array(seen, { dtype: np.float32 }).reshape([batch, 1, 1, length]).greater(0),
    places: np.array(waves).reshape([1, length, dim]),
  };
  let count = 0;
  return {
    version: `jax-js ${manifest.dependencies["@jax-js/jax"]}`,
    parameters: shapes.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0),
    /** One step; its loss. */
    step: async () => {
      count += 1;
      const [c1, c2] = [1 - 0.9 ** count, Math.sqrt(1 - 0.98 ** count)];
      const scalars = np.array(Float32Array.of((1e-4 * c2) / c1, 1e-9 * c2));
      const current = Object.fromEntries(Object.entries(p).map(([name, value]) => [name, value.ref]));
      const rows = np.take(p.embed.ref, fixed.ids.ref, 0);
      const { ids, mask, places } = fixed;
      const [loss, [grads, rowGrads]] = differentiate(current, rows, ids.ref, mask.ref, places.ref);
      const fromRows = scatter(p.embed.ref, ids.ref, rowGrads);
      ({ p, m, v } = update(p, m, v, { ...grads, embed: np.add(grads.embed, fromRows) }, scalars));
      return (await loss.data())[0];
    },
  };
}
