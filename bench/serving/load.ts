/**
 * Load on a server, from this process: `npx tsx bench/serving/load.ts ADDRESS SOURCES KIND …`, printed as JSON.
 *
 *   open RATE SECONDS   requests at fixed times, whatever the answers: latencies count from when each was due
 *   clients N LINES     N clients, each with one request of so many lines at once
 */
import { readFileSync } from "node:fs";

export interface Answered {
  readonly status: number;
  /** Milliseconds since the request was due. */
  readonly ms: number;
}

const [address = "", file = "", kind = "", ...numbers] = process.argv.slice(2);
const lines = readFileSync(file, "utf8").trimEnd().split("\n");

async function ask(q: string | readonly string[], due: number): Promise<Answered> {
  const response = await fetch(`${address}/translate`, {
    method: "POST",
    body: JSON.stringify({ q, source: "en", target: "fr" }),
    headers: { "content-type": "application/json" },
  }).catch(() => undefined);
  await response?.arrayBuffer();
  return { status: response?.status ?? 0, ms: performance.now() - due };
}

/** An open loop: a slow answer does not delay the next request. */
async function openLoop(rate: number, seconds: number): Promise<Answered[]> {
  const began = performance.now();
  const asked: Promise<Answered>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const due = began + (1000 * i) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    asked.push(ask(`${lines[i % lines.length]}`, due));
  }
  return Promise.all(asked);
}

async function clients(count: number, each: number): Promise<Answered[]> {
  const began = performance.now();
  return Promise.all(
    Array.from({ length: count }, (_, n) => ask(lines.slice(n * each, (n + 1) * each), began)),
  );
}

const [first = 0, second = 0] = numbers.map(Number);
const answers = await (kind === "open" ? openLoop(first, second) : clients(first, second));
console.log(JSON.stringify(answers));
