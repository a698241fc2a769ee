import fc from "fast-check";
import { removable } from "heed/inspect";
import { expect, test } from "vitest";
import { fromHash, toHash } from "../../studio/src/state/permalink.ts";
import { evidenceNames, firstView, type View, viewNames } from "../../studio/src/state/view.ts";

const interventions = fc.record({
  at: fc.constantFrom("decoder.1.cross.weights", "encoder.*.attention.heads"),
  head: fc.nat(7),
  row: fc.nat(20),
  to: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
    fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 })),
  ),
}) as fc.Arbitrary<View["intervene"][number]>;

const views: fc.Arbitrary<View> = fc
  .record({
    view: fc.constantFrom(...viewNames),
    model: fc.string(),
    text: fc.string({ unit: "binary" }),
    forced: fc.array(fc.string({ unit: "grapheme" })),
    layer: fc.integer({ min: -2, max: 12 }),
    head: fc.oneof(fc.constant("mean" as const), fc.nat(15)),
    row: fc.constantFrom("output" as const, "input" as const),
    evidence: fc.constantFrom(...evidenceNames),
    beam: fc.integer({ min: 1, max: 10 }),
    intervene: fc.array(interventions),
    off: fc.subarray([...removable]),
    place: fc.integer({ min: -1, max: 500 }),
    rival: fc.string({ unit: "grapheme" }),
    why: fc.constantFrom("leaveOneOut" as const, "integratedGradients" as const),
    first: fc.string(),
    curve: fc.string(),
    along: fc.constantFrom("step" as const, "time" as const),
  })
  .map((some) => ({ ...firstView, ...some }));

test("an address holds the whole view, whatever is typed", () => {
  fc.assert(fc.property(views, (view) => void expect(fromHash(toHash(view))).toEqual(view)));
});

test("an address of the first view is short", () => {
  expect(toHash(firstView)).toBe("#translate");
});

test("digits are a text, too", () => {
  expect(fromHash(toHash({ ...firstView, text: "123", rival: "-4" }))).toMatchObject({
    text: "123",
    rival: "-4",
  });
});

test.each([
  ["#translate?layer=x&head=best&row=up&evidence=guess&beam=1e9&along=me"],
  ["#translate?forced=[1]&off=[%22engine%22]&intervene=[null]&why=because"],
  ["#translate?forced={&off=&intervene=%7B%7D&place=[]"],
  ["#nowhere"],
])("what an address holds in another form is as in the first view: %s", (hash) => {
  expect(fromHash(hash)).toEqual(firstView);
});
