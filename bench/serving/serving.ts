/**
 * `heed serve` under load: `npx tsx bench/serving/serving.ts RUN@en-fr SOURCES [--seconds 20] [--soak MINUTES]`.
 *
 * Throughput against `heed translate` on the same lines; latencies at 0.8 of that; three clients with 1,000 lines each;
 * twice of what it can. Build first (`npm run build:library`): both are measured as they are installed.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";
import type { Answered } from "./load.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "20" }, soak: { type: "string", default: "0" } },
});
const [run = "", file = ""] = positionals;
const bin = join(import.meta.dirname, "../../dist/cli/bin.cjs");
const lines = readFileSync(file, "utf8").trimEnd().split("\n");
const sources = join(tmpdir(), `heed-serving-${process.pid}.txt`);
writeFileSync(sources, `${lines.slice(0, 3000).join("\n")}\n`);

async function startServer(): Promise<{ child: ChildProcess; address: string }> {
  const args = [bin, "serve", run, "--port", "0", "--cache", "0", "--log", "silent"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [address] = await once(child.stdout, "data");
  return { child, address: String(address).trim() };
}

const load = (address: string, ...args: (string | number)[]): Answered[] => {
  const script = join(import.meta.dirname, "load.ts");
  const command = ["tsx", script, address, sources, ...args.map(String)];
  return JSON.parse(execFileSync("npx", command, { encoding: "utf8", maxBuffer: 2 ** 28 })) as Answered[];
};

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;

function summary(answers: readonly Answered[]): Record<string, number> {
  const good = answers.filter(({ status }) => status === 200).map(({ ms }) => ms);
  const refused = answers.filter(({ status }) => status === 503).map(({ ms }) => ms);
  const [served, excess] = [good, refused].map((all) => all.toSorted((a, b) => a - b)) as [
    number[],
    number[],
  ];
  return {
    answered: served.length,
    refused: excess.length,
    failed: answers.length - served.length - excess.length,
    p50: quantile(served, 0.5),
    p99: quantile(served, 0.99),
    refusedP50: quantile(excess, 0.5),
    refusedP99: quantile(excess, 0.99),
  };
}

const print = (name: string, found: Readonly<Record<string, number>>): void =>
  console.log(
    name.padEnd(28),
    Object.entries(found)
      .filter(([, value]) => Number.isFinite(value))
      .map(([key, value]) => `${key} ${Number(value.toFixed(2))}`)
      .join(" · "),
  );

console.log(machine());
const seconds = Number(values.seconds);
const { child, address } = await startServer();
load(address, "clients", 1, 300);
// A command and a server in turn, so that both see the same machine.
const translate = (): number => {
  const began = performance.now();
  spawnSync(process.execPath, [bin, "translate", run.replace(/@.*$/, "")], { input: readFileSync(sources) });
  return lines.slice(0, 3000).length / ((performance.now() - began) / 1000);
};
const command = translate();
const three = load(address, "clients", 3, 1000);
const slowest = Math.max(...three.map(({ ms }) => ms));
const capacity = (1000 * three.length) / (slowest / 1000);
print("heed translate", { "lines/s": command });
print("3 clients x 1000 lines", {
  "lines/s": capacity,
  "of heed translate": capacity / command,
  "max/median":
    slowest /
    quantile(
      three.map(({ ms }) => ms).sort((a, b) => a - b),
      0.5,
    ),
  failed: three.filter(({ status }) => status !== 200).length,
});
// One line a request has less company in its batches: its capacity is what an overload gets done.
const flood = summary(load(address, "open", Math.ceil(capacity), seconds));
print("1.0 of that, one a request", flood);
const calm = summary(load(address, "open", Math.floor(0.8 * capacity), seconds));
print("0.8", { ...calm, "p99/p50": (calm.p99 as number) / (calm.p50 as number) });
const over = summary(load(address, "open", Math.ceil(2 * capacity), seconds));
print("2.0", over);
for (let minute = 0; minute < Number(values.soak); minute++) {
  const found = summary(load(address, "open", Math.floor(0.7 * capacity), 60));
  const rss = readFileSync(`/proc/${child.pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)?.[1];
  print(`soak, minute ${minute + 1}`, { ...found, "MB of the server": Number(rss) / 1024 });
}
child.kill("SIGTERM");
await once(child, "exit");
