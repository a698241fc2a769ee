import { median, spread } from "../machine.ts";
import type { Peer } from "../peer.ts";
import type { Timed } from "./translator.ts";

export const raceHead = (peer: string): string =>
  `| search | Heed (middle half) | ${peer} (middle half) | Heed / ${peer} |\n|---|---|---|---|`;

/** One row of a table: both sides in alternating rounds after three that do not count. */
export async function race(name: string, ours: Timed, peer: Peer, rounds: number): Promise<string> {
  const [heed, theirs]: [number[], number[]] = [[], []];
  const { tokens: peerTokens } = peer.about as { readonly tokens: number };
  let written = 0;
  for (let round = -3; round < rounds; round++) {
    const { ms, tokens } = await ours.run();
    written = tokens;
    const [peerMs = 0] = await peer.run(1);
    if (round < 0) continue;
    heed.push((tokens / ms) * 1000);
    theirs.push((peerTokens / peerMs) * 1000);
  }
  const show = (each: number[]): string => `${median(each).toFixed(0)} (${spread(each)})`;
  const what = `${name} (${peer.version}; ${written} and ${peerTokens} tokens)`;
  return `| ${what} | ${show(heed)} | ${show(theirs)} | ${(median(heed) / median(theirs)).toFixed(2)} |`;
}
