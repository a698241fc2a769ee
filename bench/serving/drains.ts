/** Servers that are told to end under load: is anything lost that they had accepted? */
import { load } from "./load.ts";
import { startHeed } from "./servers.ts";
import { print, summary } from "./summary.ts";

const DRAIN_S = 5;

/**
 * Starts a server, loads it, ends it with SIGTERM, `count` times. As behind a balancer, requests come until /ready says no,
 * which the server does for some seconds before it stops to listen: enough for a load that shares its machine to see it.
 */
export async function drains(run: string, sources: string, rate: number, count: number): Promise<void> {
  let [accepted, refused, lost, wrong] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const server = await startHeed(run, "--drain", String(DRAIN_S));
    await load(server.address, sources, "open", 1, 1);
    const loading = load(server.address, sources, "ready", rate);
    // At another moment of its work each time.
    await new Promise((resolve) => setTimeout(resolve, 1500 + ((i * 137) % 1000)));
    const status = await server.end();
    const found = summary(await loading);
    accepted += found.answered;
    refused += found.refused;
    lost += found.failed;
    if (status !== 0) wrong += 1;
  }
  print(`${count} ends under load`, { "requests/s": rate, accepted, refused, lost, "exit not 0": wrong });
}
