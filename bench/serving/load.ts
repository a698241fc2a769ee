/**
 * Load on a server, from a process of its own: `npx tsx bench/serving/load.ts ADDRESS SOURCES KIND …`, printed as JSON.
 *
 *   open RATE SECONDS   requests at fixed times, whatever the answers: latencies count from when each was due
 *   clients N LINES     N clients, each with one request of so many lines at once
 *   ready RATE          as open, for as long as /ready says so, which is asked as a balancer does
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { promisify } from "node:util";

export interface Answered {
  /** 0 where none came. */
  readonly status: number;
  /** Milliseconds since the request was due. */
  readonly ms: number;
  /** Milliseconds since the load began. */
  readonly at: number;
}

/** Puts load on a server. @param sources  A file of lines. */
export async function load(
  address: string,
  sources: string,
  ...args: readonly (string | number)[]
): Promise<Answered[]> {
  const command = ["--import", "tsx", import.meta.filename, address, sources, ...args.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Answered[];
}

/** Milliseconds between two questions of a balancer. */
const READY_MS = 100;

const agent = new Agent({ keepAlive: true });

/** The status, 0 where none came. Takes less of the machine, which the server needs, than fetch. */
const post = (address: string, body: string): Promise<number> =>
  new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = httpRequest(address, { method: "POST", agent, headers }, (response) => {
      response.on("error", () => resolve(0));
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    request.on("error", () => resolve(0));
    request.end(body);
  });

async function main([address = "", file = "", kind = "", ...numbers]: readonly string[]): Promise<void> {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");

  const start = performance.now();
  const ask = async (q: string | readonly string[], due: number): Promise<Answered> => {
    const status = await post(`${address}/translate`, JSON.stringify({ q, source: "en", target: "fr" }));
    const now = performance.now();
    return { status, ms: now - due, at: now - start };
  };

  /** An open loop: a slow answer does not delay the next request. */
  const openLoop = async (rate: number, goesOn: (asked: number) => boolean): Promise<Answered[]> => {
    const began = performance.now();
    const asked: Promise<Answered>[] = [];
    for (let i = 0; goesOn(i); i++) {
      const due = began + (1000 * i) / rate;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      asked.push(ask(`${lines[i % lines.length]}`, due));
    }
    return Promise.all(asked);
  };

  const clients = async (count: number, each: number): Promise<Answered[]> => {
    const began = performance.now();
    return Promise.all(
      Array.from({ length: count }, (_, n) => ask(lines.slice(n * each, (n + 1) * each), began)),
    );
  };

  const whileReady = async (rate: number): Promise<Answered[]> => {
    let isReady = true;
    const look = setInterval(async () => {
      const status = (await fetch(`${address}/ready`).catch(() => undefined))?.status;
      if (status !== 200) isReady = false;
    }, READY_MS);
    const answers = await openLoop(rate, () => isReady);
    clearInterval(look);
    return answers;
  };

  const [first = 0, second = 0] = numbers.map(Number);
  const kinds: Readonly<Record<string, () => Promise<Answered[]>>> = {
    open: () => openLoop(first, (asked) => asked < first * second),
    clients: () => clients(first, second),
    ready: () => whileReady(first),
  };
  const run = kinds[kind];
  if (!run) throw new Error(`"${kind}" is not ${Object.keys(kinds).join(", ")}`);
  console.log(JSON.stringify(await run()));
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
