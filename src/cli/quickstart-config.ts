/** The configuration of the quickstart: small enough for two cores and three minutes, large enough to learn the whole grammar. */
export const QUICKSTART = `
seed: 1
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
tokenizer: { kind: bpe, vocab: 1500 }
model: { layers: 2, dModel: 128, heads: 4, feedForward: 256, dropout: 0.0, norm: pre, maxLength: 128 }
training:
  batchTokens: 2048
  epochs: 4
  learningRate: 5.0e-3
  schedule: cosine
  warmup: 100
  validBleu: 200
  average: 0
  keep: 1
decoding: { beam: 4, alpha: 0.6 }
`;
