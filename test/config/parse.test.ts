/** Configurations: what is left out gets its default, what is wrong is named with what is allowed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearest } from "../../src/config/issue.ts";
import { parseConfig, readConfig } from "../../src/config/parse.ts";
import { printConfig } from "../../src/config/print.ts";
import { HeedError } from "../../src/errors.ts";

const data = "data: { train: { pairs: train.tsv }, valid: { source: v.en, target: v.fr } }\n";
const parse = (text: string, ...overrides: string[]): ReturnType<typeof parseConfig> =>
  parseConfig(text, "run.yaml", overrides);

function refusal(text: string, ...overrides: string[]): string {
  try {
    parse(text, ...overrides);
  } catch (error) {
    if (!(error instanceof HeedError)) throw error;
    expect(error.code).toBe("ERR_CONFIG");
    expect(error.exit).toBe(78);
    expect(error.message).not.toContain("\n");
    return error.message;
  }
  throw new Error("the configuration was accepted");
}

test("the data is all that a configuration needs", () => {
  const config = parse(data);
  expect(config).toMatchObject({
    task: "translate",
    seed: 42,
    data: {
      train: { pairs: "train.tsv" },
      valid: { source: "v.en", target: "v.fr" },
      maxTokens: 128,
      ratio: 4,
      duplicates: "drop",
    },
    tokenizer: { kind: "bpe", vocab: 8000, shared: true, lowercase: false },
    model: {
      kind: "transformer",
      layers: 3,
      dModel: 256,
      heads: 4,
      feedForward: 1024,
      dropout: 0.1,
      norm: "post",
    },
    training: {
      batchTokens: 4096,
      accumulate: 1,
      epochs: 10,
      optimizer: "adamw",
      learningRate: 7e-4,
      schedule: "inverse-sqrt",
      warmup: 1000,
      labelSmoothing: 0.1,
      clip: 1,
    },
    decoding: { beam: 4, alpha: 0.6 },
  });
  for (const optional of ["steps", "minutes", "validateEvery", "patience"])
    expect(config.training).not.toHaveProperty(optional);
});

test("a section given in part keeps the defaults of the rest", () => {
  const { model } = parse(`${data}model: { dModel: 64 }\n`);
  expect(model).toMatchObject({ dModel: 64, heads: 4, layers: 3 });
});

describe("printed, it says everything", () => {
  test("and reads back as the same configuration", () => {
    const number = fc.integer({ min: 1, max: 1000 });
    const overrides = fc.record(
      {
        seed: fc.nat(2 ** 31 - 1),
        "model.dModel": number.map((n) => 4 * n),
        "model.dropout": fc.double({ min: 0, max: 0.99, noNaN: true }),
        "training.steps": number,
        "training.learningRate": fc.double({ min: 1e-9, max: 100, noNaN: true }),
        "training.schedule": fc.constantFrom("constant", "noam", "cosine", "plateau"),
        "training.patience": number,
        "tokenizer.shared": fc.boolean(),
        "data.train": fc.string({ minLength: 1, unit: "grapheme" }).map((pairs) => JSON.stringify({ pairs })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(overrides, (values) => {
        const config = parse(data, ...Object.entries(values).map(([key, value]) => `${key}=${value}`));
        expect(parse(printConfig(config))).toEqual(config);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  test("with the meaning of each key beside it", () => {
    const printed = printConfig(parse(data));
    expect(printed).toMatch(/learningRate: 0\.0007 # peak learning rate; for noam, a factor/);
    expect(printed).toMatch(/train: \{ pairs: train\.tsv \}/);
    expect(printed.split("\n").length).toBeGreaterThan(40);
  });
});

describe("a wrong key", () => {
  test.each<[string, string, string]>([
    ["misspelt", "model: { dmodel: 64 }", 'unknown key "model.dmodel"; did you mean "dModel"?'],
    ["misspelt at the top", "modle: { dModel: 64 }", 'unknown key "modle"; did you mean "model"?'],
    [
      "in the wrong place",
      "learningRate: 1",
      'unknown key "learningRate"; known keys here: task, preset, seed, data',
    ],
    ["unlike any", "decoding: { qqqqqq: 1 }", 'unknown key "decoding.qqqqqq"; known keys here: beam, alpha'],
    ["to merge", "model: { <<: { dModel: 64 } }", 'unknown key "model.<<"'],
  ])("%s", (_, yaml, message) => {
    expect(refusal(`${data}${yaml}\n`)).toContain(`run.yaml: ${message}`);
  });

  test("given twice is named with its line", () => {
    expect(refusal(`${data}seed: 1\nseed: 2\n`)).toMatch(/^run\.yaml:3: a key occurs twice/);
  });

  test.each(["__proto__", "constructor", "prototype"])("named %s is refused wherever it is", (key) => {
    for (const yaml of [
      `${data}${key}: { polluted: 1 }\n`,
      `${data}model: { ${key}: { polluted: 1 } }\n`,
      `${data}model: { a: [{ "${key}": 1 }] }\n`,
    ])
      expect(refusal(yaml)).toMatch(new RegExp(`run\\.yaml: key "${key}" is not allowed`));
    for (const set of [`${key}.polluted=1`, `model.${key}.polluted=1`])
      expect(refusal(data, set)).toContain(set);
    expect(refusal(data, `model={ ${key}: { polluted: 1 } }`)).toContain(key);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("a wrong value is named with its key and what is allowed", () => {
  test.each<[string, RegExp]>([
    ["training.learningRate=.nan", /"training\.learningRate": .*NaN/],
    ["training.learningRate=-1", /"training\.learningRate": .*>0/],
    ["training.learningRate=1e999", /"training\.learningRate": .*(<=100|finite|Infinity)/i],
    [
      "training.learningRate=fast",
      /"training\.learningRate": .*expected number, received string; learningRate is: peak/,
    ],
    ["training.epochs=0", /"training\.epochs": .*>=1/],
    ["training.epochs=1.5", /"training\.epochs": .*int/],
    ["training.steps=~", /"training\.steps": .*expected number, received null/],
    ["model.dropout=1", /"model\.dropout": .*<1/],
    [
      "model.heads=3",
      /"model\.heads": 3 heads do not divide dModel 256; choose from 1, 2, 4, 8, 16, 32, 64, or set dKey$/,
    ],
    ["model.positions=spiral", /"model\.positions": .*"sinusoidal"\|"learned"\|"rotary"/],
    ["model.norm=sandwich", /"model\.norm": .*"post"\|"pre"/],
    ["model.tieEmbeddings=yes", /"model\.tieEmbeddings": .*expected boolean/],
    ["decoding.beam=1000000000", /"decoding\.beam": .*<=100/],
    ["seed=99999999999", /"seed"/],
    ["task=juggle", /"task": there is no "juggle"; choose translate, generate, classify$/],
    ["model=3", /"model": .*expected object/],
    ["data.train=train.tsv", /"data\.train" does not say where the data is; give \{source, target\}/],
    ["data.train={ source: a.en }", /"data\.train" does not say where the data is/],
    ["data.train={ pairs: '' }", /"data\.train\.pairs": .*>=1/],
  ])("%s", (set, message) => {
    expect(refusal(data, set)).toMatch(message);
  });

  test("rotary positions need pairs of axes", () => {
    expect(refusal(data, "model.positions=rotary", "model.dKey=5")).toMatch(
      /"model\.positions": "rotary" rotates pairs of axes, but queries and keys have 5 per head; choose an even dKey or another number of heads$/,
    );
  });

  test("a key of other models or tasks says whose it is", () => {
    expect(refusal(data, "model.attention=additive")).toMatch(
      /unknown key "model\.attention"; only model\.kind lstm or gru has it$/,
    );
    expect(refusal(data, "model.kind=gru", "model.heads=2")).toMatch(
      /unknown key "model\.heads"; only model\.kind transformer has it$/,
    );
    expect(refusal(data, "data.context=8")).toMatch(
      /unknown key "data\.context"; only task generate has it$/,
    );
    const text = "task: generate\ndata: { train: { text: a }, valid: { text: b } }\n";
    expect(refusal(text, "data.train={ pairs: a }")).toMatch(
      /unknown key "data\.train\.pairs"; only task translate has it$/,
    );
    expect(refusal(text, "decoding.beam=1")).toMatch(/unknown key "decoding"; only task translate has it$/);
  });

  test("a key that would have no effect is refused", () => {
    const feeding = (attention: string): string =>
      refusal(data, "model.kind=gru", "model.inputFeeding=true", `model.attention=${attention}`);
    for (const attention of ["none", "additive"]) {
      expect(feeding(attention)).toMatch(
        `"model.inputFeeding": attention "${attention}" does not support it; choose attention dot, scaled-dot, general, or leave inputFeeding out`,
      );
    }
    expect(refusal(data, "model.without=[values]", "model.dValue=8")).toMatch(
      /"model\.dValue": has no effect without values; leave dValue out$/,
    );
  });

  test("heads need not divide the width when the size of keys is given", () => {
    expect(parse(data, "model.heads=3", "model.dKey=10").model).toMatchObject({ heads: 3, dKey: 10 });
  });

  test("missing data is asked for", () => {
    expect(refusal("")).toMatch(/^run\.yaml: "data": missing \(expected object\)$/);
    expect(refusal("data: { train: { pairs: a } }")).toMatch(/"data\.valid"/);
  });
});

describe("what is not a configuration", () => {
  test.each<[string, string, RegExp]>([
    ["a list", "[1, 2]", /^run\.yaml: invalid input: expected object/],
    ["a text", "hello", /^run\.yaml: .*expected object/],
    ["broken YAML", `${data}model: { dModel: 64\n`, /^run\.yaml:\d+: /],
    ["a tab for indentation", "data:\n\ttrain: 1\n", /^run\.yaml:2: /],
    ["two documents", `${data}---\n${data}`, /^run\.yaml/],
    ["JSON cut off", '{"data": {"train"', /^run\.yaml:1: /],
  ])("%s", (_, yaml, message) => {
    expect(refusal(yaml)).toMatch(message);
  });

  test("JSON is YAML too", () => {
    const json = JSON.stringify({ data: { train: { pairs: "a" }, valid: { pairs: "b" } }, seed: 3 });
    expect(parse(json).seed).toBe(3);
  });

  const letters = [..."abcdefghij"];
  const bomb = `x: &a [1,1,1,1,1,1,1,1,1]\n${letters
    .slice(1)
    .map((name, i) => `${name}: &${name} [${`*${letters[i]},`.repeat(9)}]\n`)
    .join("")}`;

  test.each<[string, string, RegExp]>([
    ["a bomb of aliases", `${data}${bomb}`, /alias \*a is not allowed/],
    ["an alias to itself", `${data}model: &m { kind: *m }\n`, /alias \*m is not allowed/],
    ["a single alias", `${data}seed: &s 1\nmodel: { layers: *s }\n`, /alias \*s is not allowed/],
    ["brackets without end", "[".repeat(49_000), /run\.yaml/],
    ["brackets within brackets", `x: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, /run\.yaml/],
    ["values without end", `x: [${"1,".repeat(20_000)}]`, /more than \d+ values/],
    ["a text without end", `x: ${"y".repeat(20_000_000)}`, /more than 50000 characters/],
  ])("%s is refused at once", (_, yaml, message) => {
    // Of this process: other work on the machine does not count.
    const start = process.cpuUsage();
    expect(refusal(yaml)).toMatch(message);
    const { user, system } = process.cpuUsage(start);
    // Without a bound it takes minutes, or all memory.
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});

describe("--set", () => {
  test("wins over the file, the last one over the others", () => {
    const { training, seed } = parse(
      `${data}seed: 1\ntraining: { epochs: 3, warmup: 7 }\n`,
      "seed=5",
      "training.epochs=4",
      "training.epochs=6",
    );
    expect(seed).toBe(5);
    expect(training).toMatchObject({ epochs: 6, warmup: 7 });
  });

  test("makes sections that the file does not have, even of nothing", () => {
    expect(parse(data, "model.layers=1").model).toMatchObject({ layers: 1 });
    const made = parse("", "data.train.pairs=a.tsv", "data.valid={ pairs: b.tsv }");
    expect(made.data).toMatchObject({ train: { pairs: "a.tsv" }, valid: { pairs: "b.tsv" } });
  });

  test("changes one key of a map that another one has set, and leaves the others", () => {
    const { training } = parse(data, "training={ epochs: 3, warmup: 7 }", "training.epochs=4");
    expect(training).toMatchObject({ epochs: 4, warmup: 7 });
  });

  test("takes whatever YAML a value may be, and all behind the first =", () => {
    expect(parse(data, 'data.train.pairs="a=b.tsv"').data.train).toEqual({ pairs: "a=b.tsv" });
    expect(parse(data, "data.train.pairs=a=b.tsv").data.train).toEqual({ pairs: "a=b.tsv" });
    expect(parse(data, "tokenizer.lowercase=true").tokenizer.lowercase).toBe(true);
  });

  test.each(["seed", "=3", "seed.=3", ".seed=3", "model..layers=3", ""])("%j is not an assignment", (set) => {
    expect(refusal(data, set)).toContain("not an assignment; write --set key.path=value");
  });

  test.each(["model.layers=[1", "model.layers=*a", "model.layers=&a [*a]", "model.layers={ a: 1, a: 2 }"])(
    "%j is refused for its value",
    (set) => {
      expect(refusal(data, set)).toContain(set);
    },
  );

  test("a misspelt key is refused like one in the file", () => {
    expect(refusal(data, "model.layer=3")).toContain('unknown key "model.layer"; did you mean "layers"?');
  });
});

test("the nearest word differs little or there is none", () => {
  const known = ["dModel", "dropout", "layers"];
  expect(nearest("dmodel", known)).toBe("dModel");
  expect(nearest("droput", known)).toBe("dropout");
  expect(nearest("layer", known)).toBe("layers");
  expect(nearest("elephant", known)).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});

describe("a preset", () => {
  test("gives the keys that are left out, and those of the user win", () => {
    const own = ["model.dModel=96", "model.decoder=attention", "training.average=3"];
    const { model, training } = parse(`preset: small\n${data}`, ...own);
    expect(model).toMatchObject({ dModel: 96, layers: 4, positions: "rotary", decoder: "attention" });
    expect(training).toMatchObject({ ema: 0.999, average: 3 });
    expect(parse(data).training).not.toHaveProperty("ema");
  });

  test("is gone once it is read: its keys count as given, so that they are not fitted to the data", () => {
    const { config, given } = readConfig(`preset: base\n${data}`, "run.yaml");
    expect([...given]).toEqual(expect.arrayContaining(["model.dModel", "training.ema"]));
    expect(config).not.toHaveProperty("preset");
    expect(parse(printConfig(config))).toEqual(config);
  });

  test("leaves the model to that of training.from, and averages out where ranks train alone", () => {
    const { model, training } = parse(`preset: small\ntraining: { from: runs/a }\n${data}`);
    expect([model, training.ema]).toEqual([parse(data).model, 0.999]);
    const local = parse(`preset: small\ntraining: { localSteps: 50 }\n${data}`);
    expect(local.training).not.toHaveProperty("ema");
    expect(local.model).toMatchObject({ decoder: "ssru" });
  });

  test("is of translating Transformers alone", () => {
    const lstm = `preset: small\nmodel: { kind: lstm }\n${data}`;
    expect(refusal(lstm)).toContain('"preset": small is a Transformer, not lstm');
    expect(refusal(`preset: small\nmodel: { kind: transfomer }\n${data}`)).toContain(
      'there is no "transfomer"',
    );
    expect(refusal(`preset: large\n${data}`)).toMatch(/"preset": .*"small"\|"base"/);
    const text = "data: { train: { text: a }, valid: { text: b } }\n";
    expect(refusal(`task: generate\npreset: small\n${text}`)).toContain("only task translate has it");
  });
});
