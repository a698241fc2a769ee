/** One trainer for one run: other processes are refused, dead ones are not waited for. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { lockRun } from "../../src/runs/lock.node.ts";

let run: string;
const children: ChildProcessWithoutNullStreams[] = [];
/** What each has written to its standard error. */
const complaints = new WeakMap<ChildProcessWithoutNullStreams, string>();
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "heed-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(run, { recursive: true, force: true });
});

const lock = (): string => join(run, "lock");

/** A process that tries to lock the run at each time it is told, says what came of it, and lives on. */
function rival(): ChildProcessWithoutNullStreams {
  const source = `
    import { lockRun } from ${JSON.stringify(join(import.meta.dirname, "../../src/runs/lock.node.ts"))};
    console.log("ready");
    process.stdin.on("data", (time) => {
      while (Date.now() < Number(time));
      try { lockRun(${JSON.stringify(run)}); console.log("held"); } catch (error) { console.log(error.code); }
    });`;
  const root = join(import.meta.dirname, "../..");
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], {
    cwd: root,
  });
  children.push(child);
  child.stdout.setEncoding("utf8");
  complaints.set(child, "");
  child.stderr.on("data", (text) => complaints.set(child, `${complaints.get(child)}${text}`));
  return child;
}

/** The next line that a rival prints; one that ends instead fails at once, with what it complained of. */
async function line(child: ChildProcessWithoutNullStreams): Promise<string> {
  const stopped = new AbortController();
  const { signal } = stopped;
  try {
    return await Promise.race([
      once(child.stdout, "data", { signal }).then(([said]) => String(said).trim()),
      once(child, "close", { signal }).then(([status]) => {
        throw new Error(`the process ended with status ${status}: ${complaints.get(child)}`);
      }),
    ]);
  } finally {
    stopped.abort();
  }
}

async function outcome(child: ChildProcessWithoutNullStreams, time = 0): Promise<string> {
  const said = line(child);
  child.stdin.write(`${time}\n`);
  return said;
}

function refusal(): HeedError {
  try {
    lockRun(run);
  } catch (error) {
    if (error instanceof HeedError) return error;
    throw error;
  }
  throw new Error("the run was locked");
}

describe("a lock", () => {
  test("says who holds it and goes when it is given back", () => {
    const unlock = lockRun(run);
    expect(JSON.parse(readFileSync(lock(), "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    unlock();
    expect(readdirSync(run)).toEqual([]);
    expect(unlock).not.toThrow();
  });

  test("may be taken again after that, but not before", () => {
    const unlock = lockRun(run);
    expect(refusal().message).toContain(`process ${process.pid} on ${hostname()} is training here`);
    unlock();
    lockRun(run)();
  });

  test("is a matter of one run", () => {
    mkdirSync(join(run, "other"));
    const one = lockRun(run);
    const other = lockRun(join(run, "other"));
    one();
    expect(existsSync(join(run, "other", "lock"))).toBe(true);
    other();
  });

  test("that cannot be written is ERR_CREATE", () => {
    rmSync(run, { recursive: true });
    expect(refusal()).toMatchObject({ code: "ERR_CREATE", exit: 73 });
  });
});

describe("a lock of another process", () => {
  test("that cannot be read is left alone: its process may live", () => {
    mkdirSync(lock());
    utimesSync(lock(), 1, 1);
    expect(refusal()).toMatchObject({ code: "ERR_IO", exit: 74 });
    expect(existsSync(lock())).toBe(true);
  });

  test("is respected while it lives, at once, and taken over when it was killed", async () => {
    const child = rival();
    await line(child);
    expect(await outcome(child)).toBe("held");
    const start = performance.now();
    const error = refusal();
    expect(performance.now() - start).toBeLessThan(1000);
    expect(error).toMatchObject({ code: "ERR_LOCKED", exit: 75 });
    expect(error.message).toBe(
      `${run}: process ${child.pid} on ${hostname()} is training here; wait for it or choose another --run`,
    );
    expect(JSON.parse(readFileSync(lock(), "utf8")).pid).toBe(child.pid);

    child.kill("SIGKILL");
    await once(child, "exit");
    const unlock = lockRun(run);
    expect(JSON.parse(readFileSync(lock(), "utf8")).pid).toBe(process.pid);
    unlock();
    expect(readdirSync(run)).toEqual([]);
  });

  test.runIf(existsSync("/proc/self/stat"))(
    "that has ended, unnoticed by its parent, is taken over",
    async () => {
      // Its parent becomes a program that asks for the status of nobody.
      const parent = spawn("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"]);
      children.push(parent);
      const pid = Number(await line(parent));
      // While one program becomes another it has no arguments, like one that has ended.
      await expect.poll(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")).toMatch(/^sleep/);
      const stat = (): string => readFileSync(`/proc/${pid}/stat`, "utf8");
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      const began = `${boot} ${stat().split(") ")[1]?.split(" ")[19]}`;
      writeFileSync(lock(), JSON.stringify({ pid, host: hostname(), began }));
      expect(refusal()).toMatchObject({ code: "ERR_LOCKED" });
      await expect.poll(stat, { timeout: 5000 }).toMatch(/\) Z /);
      lockRun(run)();
      expect(readdirSync(run)).toEqual([]);
    },
  );

  test("left behind by a dead one goes to exactly one of several that want it", async () => {
    const rivals = [rival(), rival(), rival(), rival()];
    await Promise.all(rivals.map(line));
    for (let round = 0; round < 50; round++) {
      writeFileSync(lock(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
      const soon = Date.now() + 10;
      const outcomes = await Promise.all(rivals.map((each) => outcome(each, soon)));
      expect(outcomes.sort()).toEqual(["ERR_LOCKED", "ERR_LOCKED", "ERR_LOCKED", "held"]);
    }
  });

  test("waits for no process that has ended: the helper of these tests says why it did", async () => {
    const child = rival();
    await line(child);
    child.kill("SIGKILL");
    await expect(line(child)).rejects.toThrow(/the process ended/);
  });

  test.each([0, -1, 1.5, 1e300])("is no lock if its number is %d, which no process has", (pid) => {
    writeFileSync(lock(), JSON.stringify({ pid, host: hostname() }));
    expect(refusal().message).toMatch(/right now; try again/);
    utimesSync(lock(), 1e9, 1e9);
    lockRun(run)();
    expect(readdirSync(run)).toEqual([]);
  });

  test("is taken over even from a process that died taking it over", () => {
    writeFileSync(lock(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    const { ino, mtimeNs, size } = statSync(lock(), { bigint: true });
    const right = `${lock()}.${ino}-${mtimeNs}-${size}`;
    writeFileSync(right, "");
    expect(refusal().message).toMatch(/right now/);
    utimesSync(right, 1e9, 1e9);
    lockRun(run)();
    expect(readdirSync(run)).toEqual([]);
  });

  test.runIf(existsSync("/proc/self/stat"))("whose number was given to a new process is taken over", () => {
    writeFileSync(
      lock(),
      JSON.stringify({ pid: process.pid, host: hostname(), began: "an earlier boot 17" }),
    );
    lockRun(run)();
  });

  test("of another machine is respected, and the message says what to do", () => {
    writeFileSync(lock(), JSON.stringify({ pid: 1, host: "elsewhere" }));
    const error = refusal();
    expect(error.code).toBe("ERR_LOCKED");
    expect(error.message).toContain("process 1 on elsewhere is training here");
    expect(error.message).toContain(`delete ${lock()} if that machine is gone`);
  });
});

describe("a lock that cannot be read", () => {
  test.each(["", "{", "null", "3", '{"pid":"1","host":3}'])(
    "because it is %j may just be being written",
    (content) => {
      writeFileSync(lock(), content);
      const error = refusal();
      expect(error.code).toBe("ERR_LOCKED");
      expect(error.message).toMatch(/right now; try again/);
      expect(readFileSync(lock(), "utf8")).toBe(content);
    },
  );

  test("but is old was left behind", () => {
    writeFileSync(lock(), "{");
    utimesSync(lock(), 1e9, 1e9);
    lockRun(run)();
  });

  test("and is from the future was left behind before the clock was set back", () => {
    writeFileSync(lock(), "");
    utimesSync(lock(), 4e9, 4e9);
    lockRun(run)();
  });
});
