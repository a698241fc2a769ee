/**
 * Claim: `heed align` links 2,000 pairs a second or more on two cores (2+2 layers, d 128), and needs no more memory for
 * 100,000 pairs than for 20,000.
 *
 *   npm run build && npx tsx bench/alignment/throughput.ts [--run DIR] [--pairs 100000]
 *
 * Whole processes over phrasebook sentences, repeated; peak resident memory is Linux's. Without --run, a run of the
 * quickstart's size is trained for one step: the speed does not depend on what it knows.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { QUICKSTART } from "../../src/cli/quickstart-config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";

const { values } = parseArgs({
  options: { run: { type: "string" }, pairs: { type: "string", default: "100000" } },
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heed-align-"));
const run = values.run ?? (await trainBriefly(join(folder, "run")));
const { train } = phrasebook();
const lines = train.map(({ source, target }) => `${source}\t${target}\n`);

console.log(`${machine()}\n\n| pairs | seconds | pairs/s | CPU seconds | peak MiB |\n|---|---|---|---|---|`);
for (const count of [20_000, Number(values.pairs)]) {
  const file = join(folder, "pairs.tsv");
  writeFileSync(file, Array.from({ length: count }, (_, i) => lines[i % lines.length]).join(""));
  const { seconds, cpuSeconds, mebibytes } = await align(file, count);
  const speed = (count / seconds).toFixed(0);
  console.log(
    `| ${count} | ${seconds.toFixed(1)} | ${speed} | ${cpuSeconds.toFixed(1)} | ${mebibytes.toFixed(0)} |`,
  );
}
rmSync(folder, { recursive: true, force: true });

interface Measured {
  readonly seconds: number;
  /** Of all threads: says what a machine would do that has nothing else to do. */
  readonly cpuSeconds: number;
  readonly mebibytes: number;
}

/** The time of a whole process, start included. */
async function align(file: string, count: number): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, "dist/cli/bin.cjs"), "align", run, "--pairs", file], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let written = 0;
  let [peak, cpu] = [0, 0];
  for await (const _ of createInterface({ input: child.stdout })) {
    // These can only be read while the process lives.
    if (++written % 1000 !== 0) continue;
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    // User and system time in hundredths of a second, the 14th and 15th field; the 2nd, a name, may hold spaces.
    const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    cpu = (Number(fields[11]) + Number(fields[12])) / 100;
  }
  if (written !== count) throw new Error(`${written} of ${count} lines came back`);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: cpu, mebibytes: peak };
}

async function trainBriefly(directory: string): Promise<string> {
  const config = parseConfig(QUICKSTART, "quickstart", ["training.steps=1", "training.validBleu=0"]);
  await trainRun({ config, directory, engine: await openEngine("cpu") });
  return directory;
}
