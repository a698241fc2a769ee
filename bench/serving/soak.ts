/** A load that a server can take, for long: does its memory rise, and does anything fail? */
import { load } from "./load.ts";
import type { Server } from "./servers.ts";
import { print, summary } from "./summary.ts";

/** Seconds between two looks at the memory. */
const LOOK_S = 5;

/** @param minutes  The first quarter, in which caches fill and code is compiled, does not count for the slope. */
export async function soak(server: Server, sources: string, rate: number, minutes: number): Promise<void> {
  const samples: { readonly hours: number; readonly megabytes: readonly number[] }[] = [];
  const began = performance.now();
  const look = setInterval(() => {
    samples.push({ hours: (performance.now() - began) / 3_600_000, megabytes: server.resident() });
  }, 1000 * LOOK_S);
  const answers = await load(server.address, sources, "open", rate, 60 * minutes);
  clearInterval(look);
  const { answered, refused, failed, p50, p99 } = summary(answers);
  print(`soak, ${minutes} minutes`, { "requests/s": rate, answered, refused, failed, p50, p99 });
  const counted = samples.filter(({ hours }) => hours * 60 >= minutes / 4);
  for (const [i, name] of ["server", "process that computes"].entries()) {
    const values = counted.map(({ hours, megabytes }) => [hours, megabytes[i] ?? Number.NaN] as const);
    const { slope, mean } = fitted(values);
    print(`  the ${name}`, { MB: mean, "MB/hour": slope, "%/hour": (100 * slope) / mean });
  }
}

/** A line through points, by least squares. */
function fitted(points: readonly (readonly [number, number])[]): {
  readonly slope: number;
  readonly mean: number;
} {
  const meanOf = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [meanOf(0), meanOf(1)];
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return { slope: over / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0), mean: y };
}
