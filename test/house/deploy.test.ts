/** The recipes in deploy/ run as they are, with the variables that a scheduler sets; launchers are stood in for by one process. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { bin } from "../built.ts";
import { config, folder, heed, tsv } from "../cli/heed.ts";

const root = join(import.meta.dirname, "../..");
const { path, write } = folder();
const run = join(path, "runs/en-fr");
const input = tsv.replace(/\t.*/g, "").repeat(60);
const hasParallel = spawnSync("parallel", ["--version"]).status === 0;

/** Runs a recipe; Heed is the one that was built. */
function sh(script: readonly string[], variables: NodeJS.ProcessEnv): { stdout: string; stderr: string } {
  const env = {
    ...process.env,
    PATH: `${join(path, "bin")}:${process.env.PATH}`,
    HEED: "heed",
    RUN: run,
    INPUT: join(path, "news.en"),
    CONFIG: join(path, "config.yaml"),
    ...variables,
  };
  const { status, stdout, stderr } = spawnSync("sh", script, { cwd: root, env, encoding: "utf8" });
  expect(status, `${script.join(" ")}\n${stderr}`).toBe(0);
  return { stdout, stderr };
}
const merged = async (parts: string): Promise<string> => (await heed(["merge", parts])).stdout;

let whole: string;
beforeAll(async () => {
  mkdirSync(join(path, "bin"));
  const program = (name: string, text: string): void =>
    writeFileSync(join(path, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  program("heed", `exec "${process.execPath}" "${bin}" "$@"`);
  // Until the command that is to be launched, everything is the launcher's.
  for (const name of ["srun", "mpirun"]) program(name, `while [ "$1" != heed ]; do shift; done\nexec "$@"`);
  write("config.yaml", config(write("pairs.tsv", tsv)));
  write("news.en", input);
  const trained = await heed(["train", join(path, "config.yaml"), "--run", run]);
  expect(trained.status, trained.stderr).toBe(0);
  whole = (await heed(["translate", run], input)).stdout;
}, 120_000);

test.skipIf(!hasParallel)("GNU parallel (skipped where it is not installed)", () => {
  const PARTS = join(path, "parallel");
  const { stdout } = sh(["deploy/parallel.sh", "--jobs", "2"], { PARTS, SHARES: "3" });
  expect(stdout).toBe(whole);
});

test("a Slurm array translates, and one of its tasks alone", async () => {
  const PARTS = join(path, "slurm");
  for (const SLURM_ARRAY_TASK_ID of ["1", "2", "3"])
    sh(["deploy/slurm/translate.sbatch"], { PARTS, SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT: "3" });
  rmSync(join(PARTS, "part-2-of-3"));
  sh(["deploy/slurm/translate.sbatch"], {
    ...{ PARTS, SHARES: "3" },
    ...{ SLURM_ARRAY_TASK_ID: "2", SLURM_ARRAY_TASK_COUNT: "1" },
  });
  expect(await merged(PARTS)).toBe(whole);
});

test("a Slurm array trains the cells of a sweep", async () => {
  const RUNS = join(path, "sweep");
  const SWEEP = write("sweep.yaml", "seeds: [1, 2]\ngrid: { training.epochs: [1] }\n");
  for (const SLURM_ARRAY_TASK_ID of ["1", "2"])
    sh(["deploy/slurm/sweep.sbatch"], { RUNS, SWEEP, SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT: "2" });
  expect((await merged(RUNS)).trimEnd().split("\n")).toHaveLength(2);
});

test("an Indexed Job translates", async () => {
  const job = parse(readFileSync(join(root, "deploy/kubernetes/translate-job.yaml"), "utf8"));
  const { spec } = job;
  const [{ command, args }] = spec.template.spec.containers;
  const script = String(args[0]).replaceAll("/data", path);
  expect(command).toEqual(["sh", "-c"]);
  expect(script).toContain(`--shard auto/${spec.completions} `);
  for (let index = 0; index < spec.completions; index++)
    sh(["-c", script], { JOB_COMPLETION_INDEX: String(index) });
  expect(await merged(join(path, "parts"))).toBe(whole);
}, 180_000);

test.each([
  ["Slurm", ["deploy/slurm/train.sbatch"]],
  ["a file of hosts", ["deploy/mpi/train.sh"]],
])("a run is trained by %s, and goes on when started again", (name, script) => {
  const variables = { RUN: join(path, name), HOSTS: "deploy/mpi/hosts" };
  expect(sh(script, variables).stderr).toContain("steps in");
  expect(sh(script, variables).stderr).not.toContain("error");
});

test.each(["train-job", "mpi-job"])("the command of %s trains", (name) => {
  const { spec } = parse(readFileSync(join(root, `deploy/kubernetes/${name}.yaml`), "utf8"));
  const { args } = spec.trainer ?? spec.mpiReplicaSpecs.Launcher.template.spec.containers[0];
  rmSync(join(path, "runs/mine"), { recursive: true, force: true });
  expect(sh(["-c", String(args[0]).replaceAll("/data", path)], {}).stderr).toContain("steps in");
});
