/** What the steps of this folder share: shapes of the weights, numbers to begin with, the made-up batch. */

/** [name, shape] of every weight: 3 attentions a decoder layer, 2 norms or 3, one embedding for everything. */
export function describe({ layers, dModel: dim, vocabulary }) {
  const linear = (name, from, to) => [
    [`${name}.weight`, [from, to]],
    [`${name}.bias`, [to]],
  ];
  const attention = (name) =>
    ["query", "key", "value", "out"].flatMap((part) => linear(`${name}.${part}`, dim, dim));
  const norm = (name) => [
    [`${name}.gain`, [dim]],
    [`${name}.bias`, [dim]],
  ];
  const shapes = [["embed", [vocabulary, dim]]];
  for (const side of ["encoder", "decoder"]) {
    for (let i = 0; i < layers; i++) {
      const name = `${side}.${i}`;
      shapes.push(...attention(`${name}.attention`));
      if (side === "decoder") shapes.push(...attention(`${name}.cross`));
      shapes.push(...linear(`${name}.feed.0`, dim, 4 * dim), ...linear(`${name}.feed.1`, 4 * dim, dim));
      for (let n = 0; n < (side === "decoder" ? 3 : 2); n++) shapes.push(...norm(`${name}.norm.${n}`));
    }
  }
  return shapes;
}

/** Numbers to begin with: gains 1, biases 0, matrices even on ± Glorot's limit. */
export function filled(name, shape) {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (name.endsWith(".gain")) return data.fill(1);
  if (name.endsWith(".bias")) return data;
  const [rows, columns] = shape;
  const limit = name === "embed" ? Math.sqrt(3 / columns) : Math.sqrt(6 / (rows + columns));
  let state = 1;
  return data.map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return limit * (state / 2 ** 31 - 1);
  });
}

/** Sentences that `bench/train-step` makes up: ids of both sides, and 1 where the source may be seen. */
export function batchOf({ batch, length, vocabulary }) {
  return {
    ids: Int32Array.from({ length: batch * length }, (_, i) => 4 + ((i * 7919) % (vocabulary - 4))),
    seen: Float32Array.from({ length: batch * length }, (_, i) => (i % length === length - 1 ? 0 : 1)),
  };
}

/** Sinusoidal positions, [length, dim]. */
export function tableOfWaves({ length, dModel: dim }) {
  return Float32Array.from({ length: length * dim }, (_, i) => {
    const [place, at] = [Math.floor(i / dim), i % dim];
    const angle = place / 10000 ** ((at - (at % 2)) / dim);
    return at % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
