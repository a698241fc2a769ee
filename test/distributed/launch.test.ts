import { expect, test } from "vitest";
import { alone } from "../../src/distributed/communicator.ts";
import { launchOf } from "../../src/distributed/launch.ts";
import { openCommunicator } from "../../src/distributed/open-communicator.node.ts";

test("a launcher is known by the variables that it sets", () => {
  expect(launchOf({ PATH: "/bin" })).toBeUndefined();
  expect(launchOf({ OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_LOCAL_SIZE: "2" })).toEqual({
    launcher: "mpirun",
    families: ["openmpi"],
    size: 4,
    local: 2,
  });
  expect(launchOf({ PMI_SIZE: "3", MPI_LOCALNRANKS: "3" })).toMatchObject({
    launcher: "mpiexec",
    families: ["mpich"],
    size: 3,
  });
  expect(launchOf({ PMI_SIZE: "3" })).toMatchObject({ launcher: "mpiexec", size: 3 });
  expect(launchOf({ PMI_SIZE: "many" })).toBeUndefined();
});

test("in a Slurm job, srun is told from launchers that it starts", () => {
  const srun = { launcher: "srun", size: 8 };
  const step = { SLURM_STEP_NUM_TASKS: "8" };
  expect(launchOf({ ...step, PMI_SIZE: "8", PMI_RANK: "1" })).toMatchObject({
    ...srun,
    families: ["mpich", "openmpi"],
  });
  expect(launchOf({ ...step, PMIX_RANK: "1" })).toMatchObject({ ...srun, families: ["openmpi", "mpich"] });
  // Without --mpi: the library will see one process, and that is refused.
  expect(launchOf(step)).toMatchObject(srun);
  // MPICH's mpiexec has srun start one process on each machine, which starts the ranks.
  const ranks = { PMI_SIZE: "4", PMI_RANK: "1", MPI_LOCALNRANKS: "2" };
  expect(launchOf({ SLURM_STEP_NUM_TASKS: "1", ...ranks })).toMatchObject({ launcher: "mpiexec", size: 4 });
});

test("one process, launched or not, is alone and needs no library", async () => {
  expect(await openCommunicator({})).toBe(alone);
  expect(await openCommunicator({ OMPI_COMM_WORLD_SIZE: "1", HEED_MPI: "/nowhere" })).toBe(alone);
});

test("alone, a mean over all ranks is the sum over the weight, and all else stays", async () => {
  const sum = Float32Array.of(6, -3);
  expect(await alone.allReduceMean(sum, 3)).toEqual({ totalWeight: 3 });
  expect([...sum]).toEqual([2, -1]);
  await alone.allReduce(sum, "max");
  await alone.broadcast(sum);
  expect([...sum]).toEqual([2, -1]);
  expect([...(await alone.allGather(Uint8Array.of(7)))]).toEqual([7]);
});

test("a patience that is no time is refused", async () => {
  const env = { PMI_SIZE: "2", HEED_MPI_TIMEOUT: "soon" };
  await expect(openCommunicator(env)).rejects.toThrow(
    'HEED_MPI_TIMEOUT: "soon" is not a number of seconds; give 1 to 86400',
  );
});

test("a library that is not there is named", async () => {
  const env = { PMI_SIZE: "2", HEED_MPI: "/nowhere/libmpi.so" };
  await expect(openCommunicator(env)).rejects.toThrow(
    "MPI: there is no library (/nowhere/libmpi.so); install Open MPI or MPICH, or name it in HEED_MPI.",
  );
});
