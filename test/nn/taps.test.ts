/** Taps as layers set them, and what observers do to layers. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input, scalar } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { MultiHeadAttention } from "../../src/nn/attention.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, layer } from "../../src/nn/layer.ts";
import { matchTaps } from "../../src/nn/match-taps.ts";
import { LayerNorm } from "../../src/nn/norm.ts";
import { Recurrent } from "../../src/nn/recurrent.ts";
import { type Observer, tapAxes } from "../../src/nn/taps.ts";
import { add, cast, div, expand, mean, mul, sum } from "../../src/ops/index.ts";
import { sizeAsTensor } from "../../src/ops/range.ts";
import { type HostValue, host } from "../ops/graph-run.ts";
import { open } from "../ops/native-run.ts";

const x = input("x", "float32", ["batch", "length", 8]);
const feeds = { x: host("float32", [2, 3, 8], (i) => Math.sin(1 + i * i)) };
const numbers = (value: HostValue | undefined): number[] => Array.from(value?.data ?? [], Number);

async function run(
  model: { readonly parameters: Parameters<typeof initialise>[0] },
  outputs: Readonly<Record<string, Value>>,
): Promise<Record<string, HostValue>> {
  const opened = await open(outputs);
  const found = await opened({ ...Object.fromEntries(initialise(model.parameters, 3)), ...feeds });
  opened.close();
  return found;
}

/** Answers at one path. */
const only =
  (wanted: string, answer: (value: Value, position?: Value) => Value): Observer =>
  (path, value, position) =>
    path === wanted ? answer(value, position) : value;

describe("an observer", () => {
  const attention = MultiHeadAttention({ dModel: 8, heads: 2 });
  const attended = (at?: Observer) => {
    const model = build(attention, at ? { at } : {});
    return { model, y: model.call.attend(x, model.call.remember(x)) };
  };

  test("that pins weights to uniform ones makes every context the mean of the values, and queries count for nothing", async () => {
    const uniform = (weights: Value): Value =>
      expand(div(1, cast(sizeAsTensor(weights.shape[3] as string, "int32"), "float32")), weights.shape);
    const { model, y } = attended(only("weights", uniform));
    const wrt = ["query.weight", "key.weight", "value.weight"].map(
      (path) => model.parameters.get(path)?.value as Value,
    );
    const [query, key, value] = gradients(sum(mul(y, y)), wrt) as [Value, Value, Value];
    const tapped = (name: string): Value => model.taps.get(name) as Value;
    const [means, heads] = [mean(tapped("values"), [2]), mean(tapped("heads"), [2])];
    const found = await run(model, { weights: tapped("weights"), means, heads, query, key, value });
    for (const weight of numbers(found.weights)) expect(weight).toBeCloseTo(1 / 3, 6);
    numbers(found.means).forEach((one, i) => {
      expect(numbers(found.heads)[i]).toBeCloseTo(one, 6);
    });
    for (const zero of [...numbers(found.query), ...numbers(found.key)]) expect(zero).toBe(0);
    expect(Math.hypot(...numbers(found.value))).toBeGreaterThan(0.1);
  });

  test("that answers with what it was given leaves the graph as it is", () => {
    const seen: string[] = [];
    const { model, y } = attended((path, value) => {
      seen.push(path);
      return value;
    });
    expect(seen).toEqual([...model.taps.keys()]);
    expect(y).toBe(model.taps.get("output"));
  });

  test("must answer with the type and shape of what was there", () => {
    expect(() => attended(only("weights", () => scalar("float32", 1)))).toThrow(
      "at weights: the observer must answer with the type and shape of the tapped value; `expand` broadcasts to a shape. " +
        "value [batch, 2, length, length] · answer []",
    );
  });

  test("sees products of a single query without their scale, which they have where nobody may answer", () => {
    const one = input("one", "float32", ["batch", 1, 8]);
    const plain = build(attention);
    plain.call.attend(one, plain.call.remember(x));
    expect([...plain.taps.keys()]).not.toContain("products");
    const observed = build(attention, { at: (_, value) => value });
    observed.call.attend(one, observed.call.remember(x));
    expect([...observed.taps.keys()]).toContain("products");
  });

  test("can put another mean and deviation into a norm", async () => {
    const model = build(LayerNorm(8), {
      at: (path, value) => {
        if (path === "mean") return mul(value, 0);
        return path === "deviation" ? add(mul(value, 0), 2) : value;
      },
    });
    const found = await run(model, { y: model.call(x) });
    numbers(found.y).forEach((y, i) => {
      expect(y).toBeCloseTo((numbers(feeds.x)[i] as number) / 2, 6);
    });
  });

  test("takes a step of a recurrence at a time, with the place it is at", async () => {
    const network = Recurrent({ cell: "gru", inner: 8, hidden: 4, bidirectional: true });
    const counted = (at: string): Observer =>
      only(at, (value, position) => add(mul(value, 0), cast(position as Value, "float32")));
    for (const direction of ["forward", "backward"]) {
      const path = `layers.0.${direction}.hidden`;
      const model = build(network, { at: counted(path) });
      const { outputs } = model.call(x);
      const tapped = model.taps.get(path) as Value;
      expect(tapped.shape).toEqual(["batch", "length", 4]);
      const found = await run(model, { tapped, outputs });
      expect(numbers(found.tapped)).toEqual(Array.from({ length: 24 }, (_, i) => Math.floor(i / 4) % 3));
      const half = numbers(found.outputs).filter(
        (_, i) => Math.floor(i / 4) % 2 === +(direction === "backward"),
      );
      expect(half).toEqual(numbers(found.tapped));
    }
  });
});

describe("taps", () => {
  test("of a cell are the gates and states of all steps", async () => {
    const model = build(Recurrent({ cell: "lstm", inner: 8, hidden: 4 }));
    const { outputs } = model.call(x);
    const { outputs: all } = await run(model, { outputs });
    const cell = Object.fromEntries(
      matchTaps(model.taps, "layers.0.cell.*").map(([path, value]) => [path.slice(14), value]),
    );
    expect(Object.keys(cell)).toEqual([
      "inputGate",
      "forgetGate",
      "candidate",
      "cell",
      "outputGate",
      "hidden",
    ]);
    const found = await run(model, cell);
    expect(numbers(found.hidden)).toEqual(numbers(all));
    const [writes, keeps, candidate, c] = ["inputGate", "forgetGate", "candidate", "cell"].map((name) =>
      numbers(found[name]),
    ) as [number[], number[], number[], number[]];
    c.forEach((state, i) => {
      const before = Math.floor(i / 4) % 3 === 0 ? 0 : (c[i - 4] as number);
      const next = (keeps[i] as number) * before + (writes[i] as number) * (candidate[i] as number);
      expect(state).toBeCloseTo(next, 5);
    });
  });

  test("of a name without time are refused inside a step", () => {
    const summing = layer(
      {},
      (_, scope) => (sequence: Value) =>
        scope.scan({
          state: {},
          sequences: { sequence },
          step: (state, { sequence: one }) => ({ state, outputs: { y: scope.tap("summary", one) } }),
        }),
    );
    expect(() => build(summing).call(input("s", "float32", ["time", "batch", 2]))).toThrow(
      'tap: "summary" has no time axis, so it cannot be tapped in a step of a scan.',
    );
  });

  test("are all in the document that says what they are, with their axes", () => {
    const text = readFileSync(new URL("../../docs/taps.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `(?:[^`]*\.)?(\w+)` \|[^|]*\| ([^|]*) \|$/gm)];
    const axes = new Map(rows.map(([, name = "", shape = ""]) => [name, shape]));
    for (const [name, wanted] of Object.entries(tapAxes))
      expect(axes.get(name), name).toBe(wanted.join(", "));
    expect(axes.size).toBe(Object.keys(tapAxes).length);
  });
});

describe("matchTaps", () => {
  const paths = [
    "encoder.0.attention.weights",
    "decoder.0.cross.weights",
    "decoder.1.cross.weights",
    "weights",
  ];
  const taps = new Map(paths.map((path) => [path, scalar("float32", 1)]));
  const found = (pattern: Parameters<typeof matchTaps>[1]): string[] =>
    matchTaps(taps, pattern).map(([path]) => path);

  test("takes a path as it is, * for one name and ** for any number of them", () => {
    expect(found("decoder.1.cross.weights")).toEqual(["decoder.1.cross.weights"]);
    expect(found("decoder.*.cross.weights")).toEqual(["decoder.0.cross.weights", "decoder.1.cross.weights"]);
    expect(found("*.*.attention.weights")).toEqual(["encoder.0.attention.weights"]);
    expect(found("**.weights")).toEqual(paths);
    expect(found("encoder.**.weights")).toEqual(["encoder.0.attention.weights"]);
    expect(found("weights")).toEqual(["weights"]);
  });

  test("says what is near where nothing fits", () => {
    expect(() => found("decoder.2.cross.weights")).toThrow(
      'matchTaps: no taps match "decoder.2.cross.weights"; similar are decoder.0.cross.weights, ' +
        "decoder.1.cross.weights, encoder.0.attention.weights, weights.",
    );
    expect(() => matchTaps(taps, "decoder.*.cross.weights", { atLeast: 3 })).toThrow(
      'matchTaps: 2 taps match "decoder.*.cross.weights"; similar are',
    );
    expect(() => matchTaps(new Map(), "weights")).toThrow(
      'matchTaps: no tap matches "weights": nothing with taps has been called yet; call the model first.',
    );
    expect(matchTaps(taps, "**.cross.scores", { atLeast: 0 })).toEqual([]);
  });
});
