import { expect, test } from "vitest";
import { fitting, otherModel, otherText } from "../../studio/src/state/fit.ts";
import { isStep, withStep } from "../../studio/src/state/undo.ts";
import { firstView, type View } from "../../studio/src/state/view.ts";
import { withRow, withWeight } from "../../studio/src/views/translate/change-weight.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

test("a weight that is set leaves the others their shares of one another", () => {
  expect(withWeight([0.5, 0.3, 0.2], 0, 0.75)).toEqual([0.75, 0.15, 0.1]);
  expect(withWeight([0.5, 0.3, 0.2], 1, 0)).toEqual([0.7143, 0, 0.2857]);
});

test("a row that was one weight alone gives the rest to all others alike", () => {
  expect(withWeight([1, 0, 0], 0, 0.4)).toEqual([0.4, 0.3, 0.3]);
  expect(sum(withWeight([1], 0, 1))).toBe(1);
});

test("a row is set in the place of what was set there before", () => {
  const place = { at: "decoder.1.cross.weights", head: 2, row: 3 } as const;
  const other = { at: "decoder.1.cross.weights", head: 1, row: 3, to: [1, 0] } as const;
  const once = withRow([other], place, [0.4, 0.6]);
  expect(withRow(once, place, [0.1, 0.9])).toEqual([other, { ...place, to: [0.1, 0.9], renormalise: true }]);
});

test("a row of all heads names no head", () => {
  const [one] = withRow([], { at: "decoder.*.cross.weights", head: undefined, row: 0 }, [1]);
  expect(one).toEqual({ at: "decoder.*.cross.weights", row: 0, to: [1], renormalise: true });
});

const ablated = { at: "decoder.1.cross.heads", head: 2, scale: 0 } as const;
const dragged = { at: "decoder.1.cross.weights", row: 4, to: [0.5, 0.5] } as const;

test("another text keeps what was done to the model, and not what was done to a step", () => {
  const view: View = { ...firstView, intervene: [ablated, dragged], forced: ["▁a"], place: 3 };
  expect(otherText(view, "b")).toMatchObject({ text: "b", forced: [], intervene: [ablated], place: -1 });
});

test("what another model does not have goes, and the rest stays", () => {
  const model = {
    heads: { "encoder.0.attention": 4, "decoder.0.cross": 2 },
    paths: ["decoder.0.cross.weights"],
  };
  expect(fitting({ ...firstView, layer: 1, head: 3, intervene: [ablated] }, model)).toEqual({
    layer: -1,
    head: "mean",
    intervene: [],
  });
  expect(fitting({ ...firstView, layer: 0, head: 1 }, model)).toEqual({});
  expect(fitting({ ...firstView, layer: -2 }, model)).toEqual({});
});

test("another model begins without changes", () => {
  expect(otherModel("mine")).toMatchObject({
    model: "mine",
    forced: [],
    intervene: [],
    off: [],
    head: "mean",
  });
});

test("changes of what the model does can be taken back, changes of where one looks need not be", () => {
  expect([{ text: "" }, { off: [] }, { forced: [] }, { intervene: [] }].every(isStep)).toBe(true);
  expect([{ place: 1 }, { layer: 0 }, { view: "heads" as const }].some(isStep)).toBe(false);
});

test("a drag is one change, and a pause ends it", () => {
  const step = (past: readonly View[], at: number, keys = "intervene,place") =>
    withStep(past, firstView, { keys: "intervene,place", at: 1000 }, { keys, at });
  const one = step([], 1100);
  expect([one.length, step(one, 1200).length, step(one, 2000).length, step(one, 1200, "off").length]).toEqual(
    [1, 1, 2, 2],
  );
});
