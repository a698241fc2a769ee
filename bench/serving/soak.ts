/** A load that a server can take, for long: does its memory rise, and does anything fail? */
import { load } from "./load.ts";
import type { Server } from "./servers.ts";
import { print, summary } from "./summary.ts";

/** Seconds between two looks at the memory. */
const LOOK_S = 5;
/** Looks of which the least heap counts: between two collections it grows. */
const LOOKS = 12;

/** @param minutes  The first quarter, in which caches fill and code is compiled, does not count for the slopes. */
export async function soak(server: Server, sources: string, rate: number, minutes: number): Promise<void> {
  const samples: Sample[] = [];
  const began = performance.now();
  const look = setInterval(async () => {
    const hours = (performance.now() - began) / 3_600_000;
    const [serving = Number.NaN, computing = Number.NaN] = server.resident();
    const heap = await heapOf(server.address).catch(() => Number.NaN);
    if (Number.isNaN(heap)) return;
    if (hours * 60 >= minutes / 4) samples.push({ hours, serving, computing, heap });
  }, 1000 * LOOK_S);
  const answers = await load(server.address, sources, "open", rate, 60 * minutes);
  clearInterval(look);
  const { answered, refused, failed, p50, p99 } = summary(answers);
  print(`soak, ${minutes} minutes`, { "requests/s": rate, answered, refused, failed, p50, p99 });
  const lowest = Array.from({ length: Math.ceil(samples.length / LOOKS) }, (_, n) =>
    samples
      .slice(n * LOOKS, (n + 1) * LOOKS)
      .reduce((least, each) => (each.heap < least.heap ? each : least)),
  );
  slopeOf("server", samples, ({ serving }) => serving);
  slopeOf("process that computes", samples, ({ computing }) => computing);
  slopeOf("server's live objects", lowest, ({ heap }) => heap);
}

function slopeOf(name: string, samples: readonly Sample[], of: (sample: Sample) => number): void {
  const { slope, mean } = fitted(samples.map((sample) => [sample.hours, of(sample)] as const));
  print(`  the ${name}`, { MB: mean, "MB/hour": slope, "%/hour": (100 * slope) / mean });
}

interface Sample {
  readonly hours: number;
  /** Resident megabytes. */
  readonly serving: number;
  readonly computing: number;
  /** Megabytes of JavaScript objects, and of those that the next collection will free. */
  readonly heap: number;
}

async function heapOf(address: string): Promise<number> {
  const metrics = await (await fetch(`${address}/metrics`)).text();
  return Number(/^heed_nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]) / 2 ** 20;
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
