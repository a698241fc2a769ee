/** The cells of a sweep: what they are called and what they set. */
import { describe, expect, test } from "vitest";
import { configureCells, parseSweep, shortNames } from "../../src/config/sweep.ts";
import { HeedError } from "../../src/errors.ts";

const cellsOf = (yaml: string): ReturnType<typeof parseSweep> => parseSweep(yaml, "sweep.yaml");
const namesOf = (yaml: string): string[] => cellsOf(yaml).map(({ name }) => name);

function failure(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(HeedError);
    expect((error as HeedError).exit).toBe(78);
    return (error as HeedError).message;
  }
  throw new Error("nothing was thrown");
}

describe("a grid", () => {
  const yaml = "seeds: [1, 2]\ngrid: { model.heads: [1, 4], model.norm: [pre, post] }";

  test("has a cell for every combination, all of the first seed before the second", () => {
    expect(namesOf(yaml)).toEqual([
      "heads=1,norm=pre/seed=1",
      "heads=1,norm=post/seed=1",
      "heads=4,norm=pre/seed=1",
      "heads=4,norm=post/seed=1",
      "heads=1,norm=pre/seed=2",
      "heads=1,norm=post/seed=2",
      "heads=4,norm=pre/seed=2",
      "heads=4,norm=post/seed=2",
    ]);
  });

  test("sets what --set would", () => {
    expect(cellsOf(yaml)[1]).toEqual({
      group: "heads=1,norm=post",
      seed: 1,
      name: "heads=1,norm=post/seed=1",
      overrides: ["model.heads=1", 'model.norm="post"', "seed=1"],
    });
  });

  test("names keys by their last part, or by the whole path when two end alike", () => {
    const paths = ["model.layers", "data.train.pairs", "data.valid.pairs"];
    expect([...shortNames(paths).values()]).toEqual(["layers", "data.train.pairs", "data.valid.pairs"]);
    expect(
      namesOf("seeds: [7]\ngrid: { data.train.pairs: [a/b.tsv], training.learningRate: [7.0e-4] }"),
    ).toEqual(["pairs=a_b.tsv,learningRate=0.0007/seed=7"]);
  });
});

describe("variants", () => {
  test("stand beside the grid or alone, and may be empty", () => {
    const variants = "variants: { full: , no-dropout: { model.dropout: 0 } }";
    expect(namesOf(`seeds: [1]\n${variants}`)).toEqual(["full/seed=1", "no-dropout/seed=1"]);
    expect(namesOf(`seeds: [1]\ngrid: { model.heads: [2] }\n${variants}`)).toEqual([
      "heads=2/seed=1",
      "full/seed=1",
      "no-dropout/seed=1",
    ]);
    expect(cellsOf(`seeds: [1]\n${variants}`)[0]?.overrides).toEqual(["seed=1"]);
  });

  test("may set lists", () => {
    const [cell] = cellsOf("seeds: [1]\nvariants: { bare: { model.without: [norm, residual] } }");
    expect(cell?.overrides[0]).toBe('model.without=["norm","residual"]');
  });

  test("and grid left out, seeds alone are a sweep", () => {
    expect(namesOf("seeds: [3, 4]")).toEqual(["seed=3", "seed=4"]);
  });
});

describe("a sweep file that is wrong", () => {
  const refused: Readonly<Record<string, readonly [yaml: string, says: RegExp]>> = {
    "without seeds": ["grid: { model.heads: [1] }", /^sweep\.yaml: "seeds": /],
    "with an unknown key": ["seed: [1]", /unknown key "seed"; did you mean "seeds"\?/],
    "with a seed in the grid": ["seeds: [1]\ngrid: { seed: [1, 2] }", /"seed" is set; list the seeds/],
    "with a seed twice": ["seeds: [1, 1]", /two cells are named seed=1/],
    "with one value for a key": ["seeds: [1]\ngrid: { model.heads: 4 }", /"grid\.model\.heads": /],
    "with nested keys": ["seeds: [1]\nvariants: { a: { model: { heads: 4 } } }", /write the whole path/],
    "with a name that is no directory": ["seeds: [1]\nvariants: { ../a: {} }", /letters, digits/],
    "with a path that is none": ["seeds: [1]\ngrid: { model..heads: [4] }", /must be a path such as/],
    "with a hostile key": ["seeds: [1]\nvariants: { a: { __proto__: 1 } }", /"__proto__" is not allowed/],
    "with two variants that differ in case alone": [
      "seeds: [1]\nvariants: { a: {}, A: {} }",
      /two cells are named A\/seed=1/,
    ],
    "with more cells than anyone trains": [
      `seeds: [1]\ngrid: { a: [${Array.from({ length: 101 }, (_, i) => i)}], b: [${Array.from({ length: 101 }, (_, i) => i)}] }`,
      /10201 cells exceed the limit of 10000/,
    ],
    "with a key given twice": ["seeds: [1]\nseeds: [2]", /^sweep\.yaml:2: a key occurs twice/],
  };
  for (const [title, [yaml, says]] of Object.entries(refused)) {
    test(`${title} is refused`, () => {
      expect(failure(() => cellsOf(yaml))).toMatch(says);
    });
  }
});

describe("configurations of cells", () => {
  const files = { config: "config.yaml", sweep: "sweep.yaml", set: [] } as const;
  const text = "data: { train: { pairs: a.tsv }, valid: { pairs: a.tsv } }\nmodel: { dModel: 64 }";

  test("are complete, and a cell's own settings win over --set", () => {
    const cells = cellsOf("seeds: [5]\ngrid: { model.heads: [2, 8] }");
    const set = ["model.heads=1", "model.layers=2"];
    const configs = configureCells(cells, { ...files, text, set }).map(({ config }) => config);
    expect(configs).toMatchObject([
      { seed: 5, model: { heads: 2, layers: 2, dModel: 64 } },
      { seed: 5, model: { heads: 8, layers: 2, dModel: 64 } },
    ]);
  });

  test("that are wrong are named, once for all seeds", () => {
    const cells = cellsOf("seeds: [1, 2]\ngrid: { model.heads: [3, 4, 5] }");
    expect(failure(() => configureCells(cells, { ...files, text }))).toBe(
      'sweep.yaml: heads=3 has an invalid configuration (config.yaml: "model.heads": 3 heads do not divide dModel 64; choose from 1, 2, 4, 8, 16, 32, 64, or set dKey); also invalid: heads=5',
    );
  });

  test("that share what is wrong say it once, as the configuration's own fault", () => {
    const cells = cellsOf("seeds: [1]\ngrid: { model.layers: [1, 2] }");
    const message = failure(() => configureCells(cells, { ...files, text: "data: {}" }));
    expect(message).toMatch(/^config\.yaml: "data\.train" does not say where the data is/);
  });
});
