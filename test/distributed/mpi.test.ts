/** The communicator over real processes, with each library of MPI that is here. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { launchers, orphans, printed, runJob, titleOf } from "./mpirun.ts";
import { numbers } from "./numbers.ts";

interface Printed {
  readonly size: number;
  readonly result: Readonly<Record<string, unknown>>;
}
/** Ranks that have seconds to say that they wait may not get to it, where the machine does much else. */
const busy = { retry: 1 };
/** Found among the arguments of the processes of one job. */
let jobs = 0;
const mark = (): string => {
  jobs += 1;
  return `job-${process.pid}-${jobs}`;
};

describe.each(launchers)("$name", (launcher) => {
  describe.skipIf(launcher.absent)(titleOf(launcher), () => {
    test.each([2, 3, 4])("%i ranks: every collective gives all ranks the right numbers", async (ranks) => {
      const { status, output, errors } = await runJob({
        launcher,
        ranks,
        script: ["ranks.ts", "collectives"],
      });
      expect(status, errors).toBe(0);
      const all = printed<Printed>(output);
      expect(all.map(({ rank, size }) => [rank, size])).toEqual(
        Array.from({ length: ranks }, (_, r) => [r, ranks]),
      );
      expect(new Set(all.map(({ result }) => result.sum)).size).toBe(1);
      const each = Array.from({ length: ranks }, (_, rank) => numbers(1_500_001, rank));
      const sum = (i: number): number => each.reduce((total, a) => total + (a[i] as number), 0);
      const weight = (ranks * (ranks + 1)) / 2;
      for (const { rank, result } of all) {
        expect(result).toMatchObject({ totalWeight: weight, min: [0, 1 - ranks], max: [ranks - 1, 0] });
        (result.some as number[]).forEach((value, i) => {
          const exact = sum(1_499_997 + i);
          expect(Math.abs(value - exact)).toBeLessThan(1e-6 * 1e5);
        });
        (result.mean as number[]).forEach((value, i) => {
          expect(Math.abs(value - sum(i) / weight)).toBeLessThan(1e-6 * 1e5);
        });
        expect(result.sent).toBe(
          createHash("sha256")
            .update(new Uint8Array(numbers(1000, ranks - 1).buffer))
            .digest("hex"),
        );
        expect(result.gathered).toEqual(Array.from({ length: ranks }, (_, r) => [r, 2 * r]).flat());
        expect(result.swapped).toEqual(Array.from({ length: ranks }, (_, from) => 10 * from + rank));
      }
    });

    test("the library leaves the C library and Node's signals alone", async () => {
      const { status, output, errors } = await runJob({ launcher, ranks: 2, script: ["guest.ts"] });
      expect(status, errors).toBe(0);
      const result = { caught: "RuntimeError: memory access out of bounds", overwritten: [] };
      expect(printed(output)).toEqual([0, 1].map((rank) => ({ rank, size: 2, result })));
    });

    test.each(["SIGKILL", "SIGSTOP"] as const)(
      "%s of a rank ends all, and none is left",
      busy,
      async (signal) => {
        const name = mark();
        let since = 0;
        const { status, output, errors } = await runJob({
          launcher,
          ranks: 3,
          script: ["ranks.ts", "endless", "1", name],
          env: { HEED_MPI_TIMEOUT: "4" },
          onOutput: (written) => {
            const [first] = printed<Printed>(written);
            if (since || !first) return;
            since = performance.now();
            process.kill(Number(first.result), signal);
          },
        });
        expect(performance.now() - since).toBeLessThan(20_000);
        expect(status, output + errors).toBeGreaterThan(0);
        // MPICH's launcher kills the others at once and does not say which rank was first.
        if (signal === "SIGSTOP") {
          expect(status).toBe(76);
          expect(errors).toContain("rank 1 did not answer in Allreduce within 4 s");
        } else if (launcher.name === "Open MPI") expect(errors).toContain("process rank 1");
        expect(await orphans(name)).toEqual([]);
      },
    );

    test("a rank that leaves takes the others with it, with its status and name", async () => {
      const name = mark();
      const { status, errors, seconds } = await runJob({
        launcher,
        ranks: 3,
        script: ["ranks.ts", "leaves", "1", name],
      });
      expect(status).toBe(3);
      expect(errors).toMatch(
        /heed: error: rank 1 of 3, process \d+ on \S+: ended with status 3 while the others/,
      );
      expect(seconds).toBeLessThan(30);
      expect(await orphans(name)).toEqual([]);
    });

    test("a rank that is far too late is named by the others", busy, async () => {
      const name = mark();
      const { status, errors } = await runJob({
        launcher,
        ranks: 3,
        script: ["ranks.ts", "absent", "2", name],
        env: { HEED_MPI_TIMEOUT: "3" },
      });
      expect(status).toBe(76);
      expect(errors).toMatch(/rank [01] of 3, .*: rank 2 did not answer in Allreduce within 3 s/);
      expect(errors).not.toMatch(/rank [01],|rank [01] did not/);
      expect(await orphans(name)).toEqual([]);
    });
  });
});

const absent = launchers.find((launcher) => launcher.absent)?.absent;
test.skipIf(absent).each([
  { command: "mpirun.openmpi", library: "libmpich.so.12", name: "MPICH" },
  { command: "mpirun.mpich", library: "libmpi.so.40", name: "Open MPI" },
])(
  `$command with $name: no silent singletons${absent ? ` (skipped: ${absent})` : ""}`,
  async ({ command, library, name }) => {
    const launcher = launchers.find((known) => known.command === command);
    if (!launcher) throw new Error(command);
    const { status, errors } = await runJob({
      launcher,
      ranks: 2,
      script: ["ranks.ts", "collectives"],
      env: { HEED_MPI: library },
    });
    expect(status).toBeGreaterThan(0);
    expect(errors).toContain(`started 2 processes, but ${name} (${library}) sees 1`);
  },
);
