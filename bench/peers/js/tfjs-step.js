/**
 * The step of bench/peers/transformer_step.py in TensorFlow.js on its WASM backend: forward, backward, clipping and Adam.
 * Without weight decay, which its Adam has not. The gradient of `gather` is written here, for its own is not on WASM.
 */
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import { batchOf, describe, filled, tableOfWaves } from "./model.js";

export async function open(size, { threads, wasm }) {
  setWasmPaths(wasm);
  setThreadsCount(threads);
  await tf.setBackend("wasm");
  await tf.ready();
  const { batch, length, dModel: dim, vocabulary, layers } = size;
  const heads = dim / 32;
  const tokens = batch * length;
  const shapes = describe(size);
  const p = Object.fromEntries(
    shapes.map(([name, shape]) => [name, tf.variable(tf.tensor(filled(name, shape), shape), true, name)]),
  );
  const waves = tf.tensor(tableOfWaves(size), [1, length, dim]);
  const batchData = batchOf(size);
  const ids = tf.tensor1d(batchData.ids, "int32");
  const hidden = (seen, shape) =>
    tf.tensor(
      seen.map((one) => (one ? 0 : -1e9)),
      shape,
    );
  const padding = hidden(batchData.seen, [batch, 1, 1, length]);
  const before = Float32Array.from({ length: length * length }, (_, i) =>
    i % length <= Math.floor(i / length) ? 1 : 0,
  );
  const causal = hidden(before, [1, 1, length, length]);

  const linear = (name, x) => x.matMul(p[`${name}.weight`]).add(p[`${name}.bias`]);
  const norm = (name, x) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const y = x.sub(mean).mul(variance.add(1e-5).rsqrt());
    return y.mul(p[`${name}.gain`]).add(p[`${name}.bias`]);
  };
  const split = (x) => x.reshape([batch, length, heads, 32]).transpose([0, 2, 1, 3]);
  const attend = (name, x, memory, bias) => {
    const [q, k, v] = [
      ["query", x],
      ["key", memory],
      ["value", memory],
    ].map(([part, of]) => split(linear(`${name}.${part}`, of)));
    const weights = tf.softmax(
      q
        .matMul(k, false, true)
        .mul(1 / Math.sqrt(32))
        .add(bias),
    );
    const y = weights.matMul(v).transpose([0, 2, 1, 3]).reshape([tokens, dim]);
    return linear(`${name}.out`, y);
  };
  const feed = (name, x) => linear(`${name}.feed.1`, linear(`${name}.feed.0`, x).relu());
  const lookup = tf.customGrad((weight) => ({
    value: tf.gather(weight, ids),
    gradFunc: (dy) => tf.scatterND(ids.reshape([tokens, 1]), dy, [vocabulary, dim]),
  }));
  const embedded = () =>
    lookup(p.embed).mul(Math.sqrt(dim)).reshape([batch, length, dim]).add(waves).reshape([tokens, dim]);
  const lossOf = () => {
    let memory = embedded();
    for (let i = 0; i < layers; i++) {
      const name = `encoder.${i}`;
      const y = norm(`${name}.norm.0`, memory.add(attend(`${name}.attention`, memory, memory, padding)));
      memory = norm(`${name}.norm.1`, y.add(feed(name, y)));
    }
    let x = embedded();
    for (let i = 0; i < layers; i++) {
      const name = `decoder.${i}`;
      const y = norm(`${name}.norm.0`, x.add(attend(`${name}.attention`, x, x, causal)));
      const z = norm(`${name}.norm.1`, y.add(attend(`${name}.cross`, y, memory, padding)));
      x = norm(`${name}.norm.2`, z.add(feed(name, z)));
    }
    const logits = x.matMul(p.embed, false, true);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(ids, vocabulary), logits, undefined, 0.1);
  };
  const optimizer = tf.train.adam(1e-4, 0.9, 0.98, 1e-9);
  return {
    version: `TensorFlow.js ${tf.version_core}`,
    parameters: shapes.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0),
    /** One step; its loss. */
    step: async () => {
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(lossOf);
        const squares = Object.values(grads).map((g) => g.square().sum());
        const scale = tf.minimum(tf.addN(squares).sqrt().reciprocal(), 1);
        optimizer.applyGradients(
          Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, g.mul(scale)])),
        );
        return value;
      });
      const [number] = await loss.data();
      loss.dispose();
      return number;
    },
  };
}
