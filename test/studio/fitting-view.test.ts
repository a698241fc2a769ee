/** Which view shows which model. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundledFor, fitsView, homeOf } from "../../studio/src/state/fitting-view.ts";

describe("views and models", () => {
  const translator = { task: "translate", kind: "transformer", heads: { "decoder.0.cross": 2 } } as const;
  const recurrent = { task: "translate", kind: "gru", heads: {} } as const;
  const classifier = { task: "classify", kind: "transformer", heads: { "layers.0.attention": 2 } } as const;

  test("a model has a view of its own, and views that cannot show it", () => {
    expect([translator, recurrent, classifier].map(homeOf)).toEqual(["translate", "translate", "classify"]);
    for (const model of [translator, recurrent, classifier])
      expect(fitsView(homeOf(model), model)).toBe(true);
    expect([fitsView("steps", recurrent), fitsView("heads", recurrent)]).toEqual([false, false]);
    expect([fitsView("translate", classifier), fitsView("heads", classifier)]).toEqual([false, true]);
    expect(fitsView("train", classifier)).toBe(true);
    expect(fitsView("steps", { ...translator, hasSteps: false })).toBe(false);
  });

  test("what a view opens comes with the studio", () => {
    const models = join(import.meta.dirname, "../../studio/public/models.json");
    const names = JSON.parse(readFileSync(models, "utf8")) as string[];
    for (const bundled of Object.values(bundledFor)) expect(names).toContain(bundled.model);
  });
});
