/** How many requests a second two servers take while 99 % of them are answered within a given time. */
import { load } from "./load.ts";
import type { Server } from "./servers.ts";
import { print, summary } from "./summary.ts";

/** Rates that are tried of each server: the last ones differ by 3 %. */
const TRIES = 7;

interface Side {
  readonly name: string;
  readonly server: Server;
  /** Of what was tried: the most that was in time, and the least that was not. */
  low: number;
  high: number;
}

/** @param p99  Milliseconds. @param guess  Requests a second, to begin with. */
export async function atEqualP99(
  servers: Readonly<Record<string, Server>>,
  sources: string,
  { p99, guess, seconds }: { readonly p99: number; readonly guess: number; readonly seconds: number },
): Promise<void> {
  const sides = Object.entries(servers).map(
    ([name, server]): Side => ({ name, server, low: 0, high: Number.POSITIVE_INFINITY }),
  );
  for (let n = 0; n < TRIES; n++) {
    // In turn, so that all see the same machine.
    for (const side of sides) {
      const { server, low, high } = side;
      const rate = low === 0 && high === Infinity ? guess : high === Infinity ? 2 * low : (low + high) / 2;
      const found = summary(await load(server.address, sources, "open", rate, seconds));
      const isInTime = found.refused + found.failed === 0 && found.p99 <= p99;
      if (isInTime) side.low = rate;
      else side.high = rate;
    }
  }
  for (const { name, low } of sides) print(`${name}, p99 ${p99} ms`, { "requests/s": low });
  const [ours, theirs] = sides;
  if (ours && theirs) print("", { ratio: ours.low / theirs.low });
}
