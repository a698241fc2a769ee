/** Which share of a job a process does, as it is told or as a scheduler numbers it. */
import { describe, expect, test } from "vitest";
import { BLOCK, ownLines } from "../../src/cli/part-file.ts";
import { parseShard, shardOf } from "../../src/cli/shard.ts";
import { folder, heed } from "./heed.ts";

describe("--shard", () => {
  test.each([
    ["3/8", {}, [3, 8]],
    ["auto/8", { SLURM_ARRAY_TASK_ID: "8" }, [8, 8]],
    ["auto", { SLURM_ARRAY_TASK_ID: "1", SLURM_ARRAY_TASK_COUNT: "5" }, [1, 5]],
    ["auto/8", { JOB_COMPLETION_INDEX: "0" }, [1, 8]],
    ["auto", { OMPI_COMM_WORLD_RANK: "3", OMPI_COMM_WORLD_SIZE: "4" }, [4, 4]],
    ["auto", { PMI_RANK: "0", PMI_SIZE: "4" }, [1, 4]],
    // A job array whose tasks use mpirun.
    ["auto/8", { SLURM_ARRAY_TASK_ID: "2", OMPI_COMM_WORLD_RANK: "0", OMPI_COMM_WORLD_SIZE: "1" }, [2, 8]],
  ])("%s with %o is share %o", (text, env, [index, count]) => {
    expect(parseShard(text, env)).toEqual({ index, count });
  });

  test.each([
    ["0/8", {}, "--shard: there is no share 0 of 8; shares are counted from 1"],
    ["9/8", {}, "--shard: there is no share 9 of 8; shares are counted from 1"],
    ["3", {}, '--shard: "3" is not I/N; write 3/8 for the third of eight shares, or auto/8'],
    ["1/0", {}, "--shard: 0 shares; choose from 1 to 100000"],
    [
      "auto/8",
      {},
      "--shard: no scheduler says which share this is; set one of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, OMPI_COMM_WORLD_RANK, PMI_RANK, or write I/N",
    ],
    [
      "auto",
      { JOB_COMPLETION_INDEX: "0" },
      "--shard: JOB_COMPLETION_INDEX does not say of how many; write the number of shares: auto/N",
    ],
    [
      "auto/8",
      { SLURM_ARRAY_TASK_ID: "0" },
      "--shard: there is no share 0 of 8; shares are counted from 1; a Slurm array is --array=1-8",
    ],
  ])("%s with %o is refused", (text, env, message) => {
    expect(() => parseShard(text, env)).toThrow(message);
  });

  test("needs --parts, as --parts needs it", () => {
    expect(() => shardOf({ shard: "1/2" })).toThrow("--shard: no folder for the parts; add --parts DIR");
    expect(() => shardOf({ parts: "x" })).toThrow("--parts: applies only to --shard I/N; add it");
    expect(shardOf({})).toBeUndefined();
  });

  test("of one run that is trained is refused", async () => {
    const { write } = folder();
    const { status, stderr } = await heed(["train", write("c.yaml", ""), "--shard", "1/2"]);
    expect([status, stderr]).toEqual([
      64,
      "heed: error: heed train: --shard divides the cells of a sweep; add --sweep, or train one run by mpirun\n",
    ]);
  });
});

test("the shards of an input have all of its lines between them", () => {
  for (const lines of [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7, 6 * BLOCK])
    for (const count of [1, 2, 3, 7]) {
      const own = Array.from({ length: count }, (_, i) => ownLines(lines, { index: i + 1, count }));
      expect(own.reduce((sum, each) => sum + each)).toBe(lines);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(BLOCK);
    }
});
