/** What heads do: against plain TypeScript on single examples, and on models whose heads were set by hand. */
import { describe, expect, test } from "vitest";
import { classifierModel } from "../../src/config/classifier-model.ts";
import { languageModel } from "../../src/config/language-model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { translationModel } from "../../src/config/translation-model.ts";
import { headBatches } from "../../src/inspect/heads/batches.ts";
import { openHeadProgram } from "../../src/inspect/heads/program.ts";
import { rolesOf } from "../../src/inspect/heads/roles.ts";
import { type HeadStatistics, headTally } from "../../src/inspect/heads/statistics.ts";
import { type HeadSurvey, surveyHeads } from "../../src/inspect/heads/survey.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import type { NamedTensor } from "../../src/inspect/looking/look.ts";
import { type Example, type Inspected, subjectOf } from "../../src/inspect/looking/subject.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { sharedEngine, tinyConfig, tokenizers } from "../training/tiny.ts";

const tokenizer = tokenizers.source;
const translator = (...set: string[]): Inspected => ({
  task: "translate",
  model: translationModel(tinyConfig("none.tsv", "model.layers=2", ...set).model, tokenizers),
  tokenizers,
});
const phrasebook = "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }";
function recurrent(model: string): Inspected {
  const config = parseConfig(`data: ${phrasebook}\nmodel: { ${model}, layers: 1, dModel: 16 }`, "tiny.yaml");
  if (config.task !== "translate") throw new Error("not a translator");
  return { task: "translate", model: translationModel(config.model, tokenizers), tokenizers };
}
const sizes = "kind: transformer, layers: 2, dModel: 16, heads: 2, feedForward: 16, dropout: 0";
function generator(): Inspected {
  const data = "{ train: { text: a.txt }, valid: { text: a.txt }, context: 16 }";
  const config = parseConfig(`task: generate\ndata: ${data}\nmodel: { ${sizes} }`, "tiny.yaml");
  if (config.task !== "generate") throw new Error("not a language model");
  return { task: "generate", model: languageModel(config, tokenizer.size), tokenizer };
}
function judge(): Inspected {
  const data = "{ train: { labelled: a.tsv }, valid: { labelled: a.tsv } }";
  const config = parseConfig(`task: classify\ndata: ${data}\nmodel: { ${sizes} }`, "tiny.yaml");
  if (config.task !== "classify") throw new Error("not a classifier");
  const model = classifierModel(config, { vocabulary: tokenizer.size, labels: 2 });
  return { task: "classify", model, tokenizer, labels: ["no", "yes"] };
}

/** Random weights with larger scores than at the start of training, so that heads differ. */
function weightsOf({ model }: Inspected): Map<string, HostTensor> {
  const weights = new Map<string, HostTensor>(initialise(build<unknown>(model).parameters, 3));
  for (const [name, { shape, data }] of weights)
    if (name.endsWith("query.weight"))
      weights.set(name, { shape, data: Float32Array.from(data as Float32Array, (x) => 4 * x) } as HostTensor);
  return weights;
}

// Of different lengths on both sides, so that there is padding.
const examples: readonly Example[] = [
  { source: "two red house", target: "red house two two" },
  { source: "one cat", target: "cat one one" },
  { source: "three dog sun tree five six", target: "tree" },
];
const labelled = examples.map(({ source }, i): Example => ({ source, target: i % 2 ? "no" : "yes" }));
const of = (inspected: Inspected): readonly Example[] =>
  inspected.task === "classify" ? labelled : examples;

const matrix = ({ axes, data }: NamedTensor, head: number): number[][] => {
  const [, heads, rows, columns] = axes.map(({ size }) => size) as [number, number, number, number];
  const first = Math.min(head, heads - 1) * rows * columns;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(first + i * columns, first + (i + 1) * columns)),
  );
};
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const bits = (p: readonly number[]): number => -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log2(x) : 0), 0);
const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** A head's statistics and mean output by their definitions, from the taps of one example at a time. */
async function byHand(inspected: Inspected, path: string, head: number) {
  const look = await openInspector({
    engine: await sharedEngine(),
    of: inspected,
    weights: weightsOf(inspected),
  });
  const values = look.paths.includes(`${path}.values`) ? `${path}.values` : "encoder.outputs";
  const found: Record<string, number[]> = {};
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined) found[name] = [...(found[name] ?? []), value];
  };
  const outputs: number[][] = [];
  for (const example of of(inspected)) {
    const { taps } = await look.run(example, { taps: [`${path}.weights`, `${path}.heads`, values] as never });
    const weights = taps.get(`${path}.weights`) as NamedTensor;
    const states = taps.get(values) as NamedTensor;
    const columns = weights.axes[3]?.tokens?.reads ?? [];
    const vectors =
      states.axes.length === 4
        ? matrix(states, head)
        : matrix(
            { ...states, axes: [states.axes[0], { name: "one", size: 1 }, ...states.axes.slice(1)] } as never,
            0,
          );
    outputs.push(...matrix(taps.get(`${path}.heads`) as NamedTensor, head));
    const isCausal = /^(decoder\.\d+\.attention|layers)/.test(path);
    const next = matrix(weights, head + 1 - 2 * (head % 2));
    for (const [i, whole] of matrix(weights, head).entries()) {
      const row = isCausal ? whole.slice(0, i + 1) : whole;
      if (row.length < 2) continue;
      const entropy = -row.reduce((sum, a) => sum + (a > 0 ? a * Math.log(a) : 0), 0);
      add("nats", entropy);
      const [a, b] = [row, (next[i] as number[]).slice(0, row.length)];
      const middle = a.map((x, j) => (x + (b[j] as number)) / 2);
      if ((weights.axes[1]?.size ?? 1) > 1) add("divergence", bits(middle) - (bits(a) + bits(b)) / 2);
      add("relative", entropy / Math.log(row.length));
      add("previous", row[i - 1]);
      add("next", row[i + 1]);
      add("self", row[i]);
      add("first", row[0]);
      add(
        "separators",
        row.reduce((sum, a, j) => sum + (/^<\/?s>$/.test(columns[j] ?? "") ? a : 0), 0),
      );
      if (i < row.length) {
        add("diagonal", argmax(row) === i ? 1 : 0);
        add("chance", 1 / row.length);
      }
      const norms = row.map((a, j) => a * Math.hypot(...(vectors[j] as number[])));
      add("differs", argmax(row) === argmax(norms) ? 0 : 1);
    }
  }
  look.close();
  const means = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, mean(all)]));
  return { means, output: (outputs[0] ?? []).map((_, k) => mean(outputs.map((row) => row[k] as number))) };
}

const flat = (
  { entropy, mass, diagonal, contribution }: HeadStatistics,
  divergence = Number.NaN,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries({
      ...entropy,
      ...Object.fromEntries(Object.entries(mass).map(([name, { share }]) => [name, share])),
      diagonal: diagonal.share,
      chance: diagonal.chance,
      differs: contribution.differs,
      divergence,
    }).filter(([, value]) => Number.isFinite(value)),
  );

const survey = async (inspected: Inspected, weights = weightsOf(inspected)): Promise<HeadSurvey> =>
  surveyHeads({
    engine: await sharedEngine(),
    of: inspected,
    weights,
    examples: of(inspected),
    meanAblation: true,
  });

/** Nats a token, with a head's rows replaced by `to`. */
async function lossesWith(inspected: Inspected, at: string, head: number, to: readonly number[] | undefined) {
  const look = await openInspector({
    engine: await sharedEngine(),
    of: inspected,
    weights: weightsOf(inspected),
  });
  let [total, tokens] = [0, 0];
  for (const example of of(inspected)) {
    const { taps } = await look.run(example, { taps: [at as never] });
    const rows = taps.get(at)?.axes[2]?.size ?? 0;
    const numbers = Array.from({ length: rows }, () => to ?? []).flat();
    const { said } = await look.run(example, {
      intervene: [{ at: at as never, head, ...(to ? { to: numbers } : { scale: 1 }) }],
    });
    total -= said.logProbabilities.reduce((sum, each) => sum + each, 0);
    tokens += said.logProbabilities.length;
  }
  look.close();
  return total / tokens;
}

describe.each([
  [
    "a Transformer translator",
    translator(),
    ["encoder.1.attention", "decoder.0.attention", "decoder.1.cross"],
  ],
  ["an LSTM with additive attention", recurrent("kind: lstm, hidden: 16"), ["decoder.cross"]],
  ["a GRU with general attention", recurrent("kind: gru, hidden: 16, attention: general"), ["decoder.cross"]],
  ["a language model", generator(), ["layers.1.attention"]],
  ["a classifier", judge(), ["encoder.0.attention"]],
] as const)("%s", (_, inspected, paths) => {
  test.each(paths)(
    "%s: statistics and losses without a head are what their definitions say",
    async (path) => {
      const { heads, loss } = await survey(inspected);
      const own = heads.filter(({ place }) => place.path === path);
      expect(own.length).toBeGreaterThan(0);
      expect(loss).toBeCloseTo(await lossesWith(inspected, `${path}.heads`, 0, undefined), 5);
      for (const { head, statistics, nearest, zero, mean: replaced } of own) {
        const { means, output } = await byHand(inspected, path, head);
        const measured = flat(statistics, nearest?.divergence);
        expect(Object.keys(measured).sort()).toEqual(Object.keys(means).sort());
        for (const [name, value] of Object.entries(means)) expect(measured[name], name).toBeCloseTo(value, 5);
        const without = await lossesWith(
          inspected,
          `${path}.heads`,
          head,
          output.map(() => 0),
        );
        expect(zero.delta).toBeCloseTo(without - loss, 5);
        expect(zero.delta).not.toBeCloseTo(0, 5);
        expect(replaced?.delta).toBeCloseTo(
          (await lossesWith(inspected, `${path}.heads`, head, output)) - loss,
          5,
        );
      }
    },
  );
});

test("an example alone and beside longer ones gives the same numbers", async () => {
  const inspected = translator();
  const subject = subjectOf(inspected);
  const batches = headBatches(inspected);
  const program = await openHeadProgram({
    engine: await sharedEngine(),
    of: inspected,
    weights: weightsOf(inspected),
    subject,
    batches,
  });
  const [first, second, third] = examples.map((example) => subject.encode(example));
  if (!first || !second || !third) throw new Error("no examples");
  const statistics = async (all: (typeof first)[]): Promise<HeadStatistics[]> => {
    const tallies = program.places.map((place) => headTally(place, batches));
    await program.read(all, (index, attentions) => {
      if (all[index] !== second) return;
      for (const [i, attention] of attentions.entries()) tallies[i]?.add(attention, second);
    });
    return tallies.flatMap((tally) => tally.finish());
  };
  const [alone, beside] = [await statistics([second]), await statistics([first, second, third])];
  for (const [i, one] of alone.entries()) {
    const other = flat(beside[i] as HeadStatistics);
    for (const [name, value] of Object.entries(flat(one))) expect(other[name], name).toBeCloseTo(value, 5);
  }
  const [single] = await program.run([{ example: second }]);
  const [, batched] = await program.run([{ example: first }, { example: second }, { example: third }]);
  expect(batched?.expected.length).toBe(single?.expected.length);
  for (const [i, value] of (single?.expected ?? []).entries())
    expect(batched?.expected[i]).toBeCloseTo(value, 5);
  program.close();
});

describe("a model whose heads were set by hand", () => {
  const inspected = translator("model.positions=rotary");
  const set = (
    weights: Map<string, HostTensor>,
    name: string,
    change: (x: number, row: number) => number,
  ): void => {
    const { shape, data } = weights.get(name) as HostTensor;
    const columns = shape[1] ?? 1;
    const next = Float32Array.from(data as Float32Array, (x, i) => change(x, Math.floor(i / columns)));
    weights.set(name, { ...weights.get(name), data: next } as HostTensor);
  };

  test("has a head that looks at the previous token: its queries are turned back by one position", async () => {
    const weights = weightsOf(inspected);
    const at = "encoder.0.attention";
    // Rotary pairs are (i, i + 4) of a head of 8; a key at position j is turned by j θ, a query by (p - 1) θ.
    for (const name of ["query", "key"]) set(weights, `${at}.${name}.weight`, (x, row) => (row < 8 ? 0 : x));
    const angle = (row: number): number => 10000 ** ((-2 * (row % 4)) / 8);
    set(weights, `${at}.key.bias`, (x, row) => (row < 8 ? (row < 4 ? 10 : 0) : x));
    set(weights, `${at}.query.bias`, (x, row) =>
      row < 8 ? 10 * (row < 4 ? Math.cos(-angle(row)) : Math.sin(-angle(row))) : x,
    );
    const { heads } = await survey(inspected, weights);
    const [planted, other] = heads;
    if (!planted || !other) throw new Error("no heads");
    expect(planted.statistics.mass.previous.share).toBeGreaterThan(0.99);
    expect(rolesOf(planted).map(({ name }) => name)).toContain("previous token");
    expect(rolesOf(other).map(({ name }) => name)).not.toContain("previous token");
  });

  test("has two heads that are the same", async () => {
    const weights = weightsOf(inspected);
    for (const name of ["query", "key", "value"]) {
      for (const kind of ["weight", "bias"]) {
        const { shape, data } = weights.get(`decoder.1.cross.${name}.${kind}`) as HostTensor;
        const half = data.length / 2;
        const twice = Float32Array.from(data as Float32Array, (_, i) => Number(data[i % half]));
        weights.set(`decoder.1.cross.${name}.${kind}`, {
          ...weights.get(`decoder.1.cross.${name}.${kind}`),
          shape,
          data: twice,
        } as HostTensor);
      }
    }
    const { heads } = await survey(inspected, weights);
    const same = heads.filter(({ identical }) => identical.length > 0);
    expect(same.map(({ name }) => name)).toEqual(["decoder 2 cross 1", "decoder 2 cross 2"]);
    expect(same.map(({ identical }) => identical)).toEqual([
      [{ head: 1, in: "outputs" }],
      [{ head: 0, in: "outputs" }],
    ]);
    expect(same.map((head) => rolesOf(head)[0]?.name)).toEqual(["same as head 2", "same as head 1"]);
  });

  test("has a head whose values are 0: it is silent, and the loss without it is the same", async () => {
    const weights = weightsOf(inspected);
    for (const kind of ["weight", "bias"])
      set(weights, `decoder.0.attention.value.${kind}`, (x, row) => (row >= 8 ? 0 : x));
    const { heads } = await survey(inspected, weights);
    const silent = heads.filter(({ isSilent }) => isSilent);
    expect(silent.map(({ name }) => name)).toEqual(["decoder 1 self 2"]);
    expect(silent[0]?.zero.delta).toBe(0);
    expect(rolesOf(silent[0] as never)[0]?.name).toBe("silent");
  });
});

test("refuses a model without attention, and no examples", async () => {
  const inspected = recurrent("kind: gru, hidden: 16, attention: none");
  await expect(survey(inspected)).rejects.toThrow("heads: the model has none; choose a model with attention");
  const nothing = { engine: await sharedEngine(), of: translator(), weights: new Map(), examples: [] };
  await expect(surveyHeads(nothing)).rejects.toThrow("there are no examples");
});
