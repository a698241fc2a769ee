/** A part of `npm run crash`, which goes through every point: real processes, killed or with a failing disk, and what they go on to. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { folder } from "../cli/heed.ts";
import { afterKill, chosen, killedTraining, moments, trainWhole } from "./kills.ts";
import { outcomeOf, pointsOf, prepareSave, type Save } from "./save.ts";
import { smallRuns } from "./small-runs.ts";
import { absentStrace, type Point } from "./traced.ts";

const { path } = folder();

describe.skipIf(absentStrace)(`a save${absentStrace ? ` (skipped: ${absentStrace})` : ""}`, () => {
  let save: Save;
  let points: readonly Point[];
  beforeAll(async () => {
    save = await prepareSave(join(path, "save"));
    points = await pointsOf(save);
  });
  /** About `count` of the points, spread over the run. */
  const some = (count: number, from: number): Point[] =>
    points.filter((_, i) => i % Math.floor(points.length / count) === from);

  test("makes more than a hundred system calls on files of the run", () => {
    expect(points.length).toBeGreaterThan(100);
    for (const call of ["openat", "write", "fsync", "rename", "mkdir", "unlink", "rmdir"])
      expect(points.map((point) => point.call)).toContain(call);
  });

  test("that is killed goes on to the run that it would have become", async () => {
    for (const point of some(8, 3))
      expect(await outcomeOf(save, "SIGKILL", point), JSON.stringify(point)).toEqual({
        status: "killed",
        wrong: undefined,
      });
  });

  test.each(["ENOSPC", "EIO"] as const)("that gets %s says so or completes", async (error) => {
    for (const point of some(4, 9))
      expect((await outcomeOf(save, error, point)).wrong, JSON.stringify(point)).toBeUndefined();
  });

  test("as a control: one that writes in place is caught", async () => {
    const preload = pathToFileURL(join(import.meta.dirname, "in-place.mjs")).href;
    const log = { call: "write", path: join(save.directory, "metrics.jsonl"), nth: 1 };
    expect(await pointsOf(save, preload)).toContainEqual(log);
    expect((await outcomeOf(save, "SIGKILL", log, { preload })).wrong).toMatch(/metrics\.jsonl/);
  });
});

describe.skipIf(process.platform !== "linux")("a training that is killed (needs Linux)", () => {
  test.each([...smallRuns, "a sweep"] as const)("%s ends as if it had not been", async (name) => {
    const killed = killedTraining(join(path, name.replaceAll(" ", "-")), name, 2);
    const whole = await trainWhole(killed);
    expect(moments.filter((moment) => whole.get(moment)?.length === 0)).toEqual([]);
    const count = name === "a recurrent translator" ? moments.length : 1;
    for (const { moment, nth } of chosen(whole, count, name.length))
      expect(await afterKill(killed, nth), `computation ${nth}, ${moment}`).toBeUndefined();
  });
});
