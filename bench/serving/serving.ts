/**
 * `heed serve` under load.
 *
 *   npm run build:library
 *   npx tsx bench/serving/serving.ts runs/en-fr@en-fr LINES [--seconds 20] [--soak MINUTES [--rate N]] [--drains N]
 *     [--python .venv/bin/python --folder models/en-fr [--p99 500]]
 *
 * Throughput beside `heed translate` on the same lines, with three clients that have 1,000 lines each; one line a request at
 * what that can do at most, at 0.8 of it and at twice (--seconds 0 leaves these out); with --soak the memory over so many minutes,
 * at 0.7 of what the three clients got or --rate requests a second; with --drains, so many ends under load; with --python and
 * what `heed export` made of the run, CTranslate2, with which LibreTranslate translates, behind the same route
 * (bench/peers/requirements.txt). Both sides as they are installed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { shuffle } from "../../src/data/shuffle.ts";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { machine } from "../machine.ts";
import { drains } from "./drains.ts";
import { atEqualP99 } from "./equal-p99.ts";
import { load } from "./load.ts";
import { bin, startCTranslate2, startHeed } from "./servers.ts";
import { soak } from "./soak.ts";
import { medianOf, print, summary } from "./summary.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "20" },
    soak: { type: "string", default: "0" },
    rate: { type: "string" },
    drains: { type: "string", default: "0" },
    python: { type: "string" },
    folder: { type: "string" },
    p99: { type: "string", default: "500" },
  },
});
const [run = "", file = ""] = positionals;
const seconds = Number(values.seconds);
const given = readFileSync(file, "utf8").trimEnd().split("\n");
/** As many as three clients ask for, in any order: a file may be sorted by length. Nothing is cached, so they may repeat. */
const lines = shuffle(
  Array.from({ length: 3000 }, (_, i) => given[i % given.length] as string),
  1,
);
const sources = join(tmpdir(), `heed-serving-${process.pid}.txt`);
writeFileSync(sources, `${lines.join("\n")}\n`);
process.on("exit", () => rmSync(sources, { force: true }));

console.log(machine());
const server = await startHeed(run);
const { address } = server;
await load(address, sources, "clients", 1, 300);

const began = performance.now();
spawnSync(process.execPath, [bin, "translate", run.replace(/@.*$/, "")], { input: readFileSync(sources) });
const command = lines.length / ((performance.now() - began) / 1000);
print("heed translate", { "lines/s": command });

const three = await load(address, sources, "clients", 3, 1000);
const times = three.map(({ ms }) => ms);
const capacity = lines.length / (Math.max(...times) / 1000);
print("3 clients x 1000 lines", {
  "lines/s": capacity,
  "of heed translate": capacity / command,
  "max/median": Math.max(...times) / medianOf(times),
  failed: three.filter(({ status }) => status !== 200).length,
});

if (seconds > 0) await open(capacity);
if (Number(values.soak) > 0)
  await soak(server, sources, Number(values.rate ?? 0.7 * capacity), Number(values.soak));
if (values.python !== undefined && values.folder !== undefined) {
  const peer = await startCTranslate2(values.python, resolve(values.folder), physicalCores());
  await load(peer.address, sources, "clients", 1, 300);
  const asked = { p99: Number(values.p99), guess: capacity / 2, seconds };
  await atEqualP99({ "heed serve": server, CTranslate2: peer }, sources, asked);
  await peer.end();
}
await server.end();
if (Number(values.drains) > 0) await drains(run, sources, 0.7 * capacity, Number(values.drains));

/** Requests that come at fixed times, whatever becomes of the ones before. */
async function open(guess: number): Promise<void> {
  // One line a request has less company in its batches and costs more beside them: what an overload gets done is its capacity.
  const full = summary(await load(address, sources, "open", guess, seconds));
  print("one a request, all at once", { ...full });
  const most = full.goodput;
  const usual = summary(await load(address, sources, "open", 0.8 * most, seconds));
  print("0.8 of that", { ...usual, "p99/p50": usual.p99 / usual.p50 });
  // A short time-out, so that the excess is refused rather than served late.
  const hasty = await startHeed(run, "--timeout", "3");
  await load(hasty.address, sources, "clients", 1, 300);
  const answers = await load(hasty.address, sources, "open", 2 * most, seconds);
  const twice = summary(answers);
  // Those that were refused at once took milliseconds.
  const late = answers.filter(({ status, ms }) => status === 503 && ms > 1000).length;
  print("twice that, 3 s time-out", { ...twice, "of capacity": twice.goodput / most, late });
  await hasty.end();
}
