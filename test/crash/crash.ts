/**
 * Claim: wherever a training is killed or its disk fails, it goes on to the run that it would have become.
 *
 *   npm run crash -- [--only kill,ENOSPC,EIO,control,resume] [--sample 20] [--seed 1] [--kills 20]
 *
 *   kill      killed at every system call of a resumed run with one save, then resumed
 *   ENOSPC    each of these calls fails for want of space: status 74 or completed
 *   EIO       each of these calls fails
 *   control   kill, for a program that writes in place: has to be caught
 *   resume    killed at random computations: every small run, on one thread and on two, and a sweep
 *
 * `--sample` takes so many of the points, at random. Needs Linux and strace; status 1 when anything is wrong.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { processIo } from "../../src/cli/io.ts";
import { progress } from "../../src/cli/progress.ts";
import { randomStream } from "../../src/random.ts";
import { setup } from "../built.ts";
import { afterKill, chosen, killedTraining, trainWhole } from "./kills.ts";
import { NOT_HIT, outcomeOf, pointsOf, prepareSave, type Save } from "./save.ts";
import { smallRuns } from "./small-runs.ts";
import { absentStrace, type Fault, type Point, pointText } from "./traced.ts";

const parts = ["kill", "ENOSPC", "EIO", "control", "resume"] as const;
type Part = (typeof parts)[number];

const { values } = parseArgs({
  options: {
    only: { type: "string", default: parts.join(",") },
    sample: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    kills: { type: "string", default: "20" },
  },
});
const [sample, seed, kills] = [Number(values.sample), Number(values.seed), Number(values.kills)];
const wanted = values.only.split(",");
const unknown = wanted.filter((part) => !parts.some((each) => each === part));
if (unknown.length > 0) throw new Error(`--only: there is no ${unknown}; choose of ${parts.join(", ")}`);
const isWanted = (part: Part): boolean => wanted.includes(part);

const io = processIo();
const inPlace = pathToFileURL(join(import.meta.dirname, "in-place.mjs")).href;
const random = randomStream(seed, "points");
let failures = 0;

/** A sample of the points, in their order. */
function sampled(points: readonly Point[]): readonly Point[] {
  const left = points.map((_, i) => i);
  const taken = new Set<number>();
  while (taken.size < Math.min(sample, points.length))
    taken.add(left.splice(Math.floor(random() * left.length), 1)[0] as number);
  return points.filter((_, i) => taken.has(i));
}

/** Says how each of some cases ended, with a bar. @returns how many were wrong */
async function each<T>(
  title: string,
  cases: readonly T[],
  wrongWith: (one: T) => Promise<string | undefined>,
  nameOf: (one: T) => string,
): Promise<number> {
  const shown = progress(io, title, cases.length);
  let wrong = 0;
  for (const [i, one] of cases.entries()) {
    const cause = await wrongWith(one);
    if (cause !== undefined) {
      wrong += 1;
      shown.note(`  ${title}, ${nameOf(one)}: ${cause}`);
    }
    shown.update(i + 1, `${i + 1 - wrong} of ${i + 1}`);
    if (io.signal.aborted) process.exit(130);
  }
  shown.end();
  return wrong;
}

async function everyPoint(save: Save, part: Exclude<Part, "resume">): Promise<void> {
  const preload = part === "control" ? { preload: inPlace } : {};
  const fault: Fault = part === "kill" || part === "control" ? "SIGKILL" : part;
  const all = await pointsOf(save, preload.preload);
  const points = sampled(all);
  const statuses = new Map<number | "killed", number>();
  const wrongWith = async (point: Point): Promise<string | undefined> => {
    const { status, wrong } = await outcomeOf(save, fault, point, preload);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    // A kill that did not happen does not catch anybody.
    return part === "control" && wrong === NOT_HIT ? undefined : wrong;
  };
  const wrong = await each(part, points, wrongWith, (point) => pointText(point, save.directory));
  const how = [...statuses].map(([status, count]) => `${count} × ${status}`).join(", ");
  const of = points.length < all.length ? ` (a sample of ${all.length})` : "";
  if (part === "control") {
    io.say(`control: caught at ${wrong} of ${points.length} points${of}`);
    if (wrong === 0) failures += 1;
    return;
  }
  io.say(`${part}: ${points.length - wrong} of ${points.length}${of}; ${how}`);
  failures += wrong;
}

async function randomKills(folder: string): Promise<void> {
  for (const name of [...smallRuns, "a sweep"] as const) {
    for (const threads of [1, 2] as const) {
      const killed = killedTraining(join(folder, `${name}-${threads}`.replaceAll(" ", "-")), name, threads);
      const cases = chosen(await trainWhole(killed), kills, seed);
      const title = `resume ${name}, ${threads === 1 ? "one thread" : "two threads"}`;
      const wrong = await each(
        title,
        cases,
        ({ nth }) => afterKill(killed, nth),
        ({ moment, nth }) => `computation ${nth}, ${moment}`,
      );
      io.say(`${title}: ${cases.length - wrong} of ${cases.length} equal to the byte`);
      failures += wrong;
    }
  }
}

if (absentStrace) throw new Error(absentStrace);
const end = await setup({ name: "crash" });
io.say(`crash: seed ${seed}`);
const folder = join(process.env.TMPDIR ?? "", "crash");
if (wanted.some((part) => part !== "resume")) {
  const save = await prepareSave(folder);
  for (const part of ["kill", "ENOSPC", "EIO", "control"] as const)
    if (isWanted(part)) await everyPoint(save, part);
}
if (isWanted("resume")) await randomKills(folder);
end();
io.say(failures === 0 ? "all is well" : `${failures} went wrong`);
process.exit(failures === 0 ? 0 : 1);
