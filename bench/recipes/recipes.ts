/** The corpora and the recipes of `screen.ts`. */

interface Corpus {
  /** "Multi30k, English to German" */
  readonly name: string;
  /** Of `data.train` and `data.valid`, in the folder of the data. */
  readonly train: string | readonly [source: string, target: string];
  readonly valid: string | readonly [source: string, target: string];
  readonly test: string | readonly [source: string, target: string];
  /** Keys that all recipes have. */
  readonly base: string;
}

export const corpora = {
  multi30k: {
    name: "Multi30k, English to German, test_2016_flickr",
    train: ["train.en", "train.de"],
    valid: ["val.en", "val.de"],
    test: ["test_2016_flickr.en", "test_2016_flickr.de"],
    base: `
tokenizer: { kind: bpe, vocab: 5000 }
model: { layers: 4, dModel: 128, heads: 4, feedForward: 512, dropout: 0.2, norm: pre }
training: { batchTokens: 2048, epochs: 1000, learningRate: 4.0e-3, warmup: 400, validBleu: 0, average: 5 }
decoding: { beam: 4, alpha: 1 }
`,
  },
  tatoeba: {
    name: "Tatoeba, English to French",
    train: "train.tsv",
    valid: "valid.tsv",
    test: "test.tsv",
    base: `
tokenizer: { kind: bpe, vocab: 6000 }
model: { layers: 3, dModel: 256, heads: 4, feedForward: 1024, dropout: 0.1, norm: pre }
training: { batchTokens: 2048, epochs: 1000, learningRate: 3.0e-3, warmup: 300, validBleu: 0, average: 5, validateEvery: 600 }
decoding: { beam: 4, alpha: 1.2 }
`,
  },
} as const satisfies Readonly<Record<string, Corpus>>;

/** What each recipe sets beside the base. SwiGLU has two thirds of the hidden units, and so as many weights. */
export const recipes: Readonly<Record<string, readonly string[]>> = {
  base: [],
  "post-norm": ["model.norm=post"],
  "rms-norm": ["model.normKind=rms"],
  "scale-norm": ["model.normKind=scale"],
  "fix-norm": ["model.fixNorm=true"],
  "scale-fix-norm": ["model.normKind=scale", "model.fixNorm=true"],
  "qk-norm": ["model.qkNorm=true"],
  "deep-shallow": ["model.encoderLayers=6", "model.decoderLayers=2"],
  ssru: ["model.decoder=ssru"],
  swiglu: ["model.activation=swiglu", "model.feedForward=344"],
  relu2: ["model.activation=relu2"],
  rotary: ["model.positions=rotary"],
  "grouped-queries": ["model.keyValueHeads=1"],
  "bpe-dropout": ["training.bpeDropout=0.1"],
  "r-drop": ["training.rDrop=5"],
  ema: ["training.ema=0.999", "training.average=0"],
  muon: ["training.optimizer=muon", "training.momentum=0.95"],
  "smooth-pieces": ["training.smoothOver=pieces"],
};

/** The keys of a recipe, or of several joined by +, of which the last says what a key is. */
export function keysOf(name: string): readonly string[] {
  return name.split("+").flatMap((part) => {
    const keys = recipes[part];
    if (keys) return keys;
    throw new Error(`there is no recipe "${part}"; choose from ${Object.keys(recipes).join(", ")}`);
  });
}
