/**
 * Claim: whatever schemathesis makes of /spec, `heed serve` answers as the document says, and never with 500.
 *
 *   python -m venv .venv && .venv/bin/pip install -r bench/serving/requirements.txt
 *   npm run build:library && npx tsx bench/serving/fuzz.ts --st .venv/bin/st [--seed 23] [--examples 100]
 *
 * Every route, with requests that follow the document and requests that break it, to four small models: without keys, with
 * keys and one shown, and with keys and none shown, where all must be refused. Exits with 1 when anything was found.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    st: { type: "string", default: "st" },
    seed: { type: "string", default: "23" },
    examples: { type: "string", default: "100" },
  },
});
const bin = join(import.meta.dirname, "../../dist/cli/bin.cjs");
const settings = join(import.meta.dirname, "schemathesis.toml");
const st = values.st.includes("/") ? resolve(values.st) : values.st;
const folder = mkdtempSync(join(tmpdir(), "heed-fuzz-"));
const heed = (...args: string[]): string =>
  execFileSync(process.execPath, [bin, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });

/** A model that trains in a second. Its vocabulary has bytes, so that it can write any word. */
function train(name: string, config: string): string {
  const sizes = "{ layers: 1, dModel: 32, heads: 2, feedForward: 32, dropout: 0, norm: pre }";
  const training = "{ batchTokens: 64, epochs: 8, learningRate: 0.01, warmup: 5, schedule: constant }";
  const common = `tokenizer: { kind: bpe, vocab: 340 }\nmodel: ${sizes}\ntraining: ${training}\n`;
  writeFileSync(join(folder, `${name}.yaml`), `${config}\n${common}`);
  heed("train", `${name}.yaml`, "--run", name);
  return name;
}

function translator(name: string, pairs: readonly (readonly [string, string])[]): string {
  writeFileSync(join(folder, `${name}.tsv`), pairs.map((pair) => `${pair.join("\t")}\n`).join(""));
  return train(name, `data: { train: { pairs: ${name}.tsv }, valid: { pairs: ${name}.tsv } }`);
}

function smallModels(): string[] {
  const nouns = { cat: "chat", dog: "chien", bread: "pain", cake: "gâteau" };
  const verbs = { eats: "mange", sees: "voit", wants: "veut" };
  const pairs = Object.entries(nouns).flatMap(([a, x]) =>
    Object.entries(verbs).flatMap(([verb, y]) =>
      Object.entries(nouns).map(([b, z]) => [`the ${a} ${verb} the ${b}`, `le ${x} ${y} le ${z}`] as const),
    ),
  );
  writeFileSync(join(folder, "labelled.tsv"), "up\trise 1\ndown\tfall 1\nup\trise 2\n".repeat(20));
  writeFileSync(join(folder, "text.txt"), "round and round we go and round again\n".repeat(40));
  const labelled = "{ labelled: labelled.tsv }";
  const text = "{ text: text.txt }";
  return [
    translator("en-fr", pairs),
    translator(
      "fr-en",
      pairs.map(([source, target]) => [target, source]),
    ),
    train("polarity", `task: classify\ndata: { train: ${labelled}, valid: ${labelled} }`),
    train("rounds", `task: generate\ndata: { train: ${text}, valid: ${text}, context: 16 }`),
  ];
}

interface Server {
  readonly address: string;
  readonly get: (path: string) => Promise<string>;
  /** Ends it. @returns its exit status */
  readonly end: () => Promise<number>;
}

async function startServer(key: string | undefined): Promise<Server> {
  const keys = key === undefined ? [] : ["--keys", "keys.jsonl"];
  const args = [bin, "serve", ...runs, "--port", "0", "--log", "error", ...keys];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const address = String(said).trim();
  const headers = { authorization: `Bearer ${key}` };
  return {
    address,
    get: async (path) => (await fetch(`${address}${path}`, { headers })).text(),
    end: async () => {
      child.kill("SIGTERM");
      const [status] = await once(child, "exit");
      return status as number;
    },
  };
}

/** How often a server answered with each status, by its metrics. */
async function statuses({ get }: Server): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const lines = (await get("/metrics")).matchAll(/^heed_request_seconds_count\{(.*)\} (\d+)$/gm);
  for (const [, labels = "", count] of lines) {
    const status = /route="\/health"/.test(labels) ? "open" : (/status="(\d+)"/.exec(labels)?.[1] ?? "");
    counts.set(status, (counts.get(status) ?? 0) + Number(count));
  }
  return counts;
}

interface Report {
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly { readonly title: string; readonly count: number }[];
  readonly errors: readonly unknown[];
}

/** What schemathesis finds at an address. */
function fuzz(name: string, address: string, ...args: string[]): boolean {
  const reports = join(folder, name);
  const found = spawnSync(
    st,
    [
      ...["--config-file", settings, "run", join(folder, "spec.json"), "--url", address, "--no-color"],
      ...["--seed", values.seed, "--max-examples", values.examples, "--request-timeout", "70"],
      ...["--continue-on-failure", "--report", "json", "--report-dir", reports, ...args],
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const file = readdirSync(reports)[0];
  if (file === undefined) throw new Error(found.stdout + found.stderr);
  const report = JSON.parse(readFileSync(join(reports, file), "utf8")) as Report;
  const failures = report.failures.map(({ title, count }) => `${title} (${count})`);
  const said = [...failures, ...report.errors.map((error) => JSON.stringify(error))].join(", ") || "none";
  console.log(`${name.padEnd(14)} ${report.test_cases.generated} requests, failures: ${said}`);
  if (said !== "none") console.error(found.stdout.replaceAll(/^(.{400}).*$/gm, "$1…"));
  return said === "none";
}

const runs = smallModels();
const version = execFileSync(st, ["--version"], { encoding: "utf8" }).trim();
console.log(`${version}, seed ${values.seed}, at most ${values.examples} requests of a kind a route`);
const key = heed("serve", "--new-key", "fuzz", "--keys", "keys.jsonl").trim();
let isRight = true;
for (const [name, serverKey, shown] of [
  ["no keys", undefined, []],
  ["a key shown", key, ["--header", `Authorization: Bearer ${key}`]],
  // Without a key nobody is told how an address is asked, either.
  ["none shown", key, ["--exclude-checks", "unsupported_method"]],
] as const) {
  const server = await startServer(serverKey);
  writeFileSync(join(folder, "spec.json"), await server.get("/spec"));
  const isClean = fuzz(name, server.address, ...shown);
  const counts = await statuses(server);
  // The document itself was asked for once; 403 is for a key that is none.
  const others = [...counts].filter(([status]) => !["401", "403", "open"].includes(status));
  const isRefused = name !== "none shown" || (others.length === 1 && others[0]?.[1] === 1);
  const status = await server.end();
  const all = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([each, count]) => `${count} × ${each}`);
  console.log(`${"".padEnd(14)} answers ${all.join(", ")}; the server ended with ${status}`);
  isRight &&= isClean && isRefused && status === 0;
}
rmSync(folder, { recursive: true });
process.exitCode = isRight ? 0 : 1;
