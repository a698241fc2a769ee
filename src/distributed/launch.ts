/** What a launcher told this process about the job that it belongs to. */
export interface Launch {
  /** As it is called on the command line. */
  readonly launcher: string;
  /** The libraries that it may work with, the likeliest first. */
  readonly families: readonly ("openmpi" | "mpich")[];
  readonly size: number;
  /** Processes of the job on this machine, where known. */
  readonly local: number | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** How a process was launched, by the environment variables that launchers set; undefined for one that stands alone. */
export function launchOf(env: Variables): Launch | undefined {
  for (const { launcher, families, mark, size, local } of launchers) {
    const processes = numberIn(env, size);
    if (env[mark] === undefined || processes === undefined) continue;
    return { launcher, families, size: processes, local: numberIn(env, local) };
  }
  return undefined;
}

/**
 * In a Slurm job, launchers of MPI start one process on each machine by srun, whose variables theirs inherit. So those come
 * first that only they set. Slurm speaks to MPICH by PMI-2, and to Open MPI, or an MPICH that was built for it, by PMIx.
 */
const launchers = [
  {
    launcher: "mpirun",
    families: ["openmpi"],
    mark: "OMPI_COMM_WORLD_SIZE",
    size: "OMPI_COMM_WORLD_SIZE",
    local: "OMPI_COMM_WORLD_LOCAL_SIZE",
  },
  {
    launcher: "mpiexec",
    families: ["mpich"],
    mark: "MPI_LOCALNRANKS",
    size: "PMI_SIZE",
    local: "MPI_LOCALNRANKS",
  },
  {
    launcher: "srun",
    families: ["mpich", "openmpi"],
    mark: "PMI_RANK",
    size: "SLURM_STEP_NUM_TASKS",
    local: "SLURM_STEP_TASKS_PER_NODE",
  },
  {
    launcher: "srun",
    families: ["openmpi", "mpich"],
    mark: "SLURM_STEP_NUM_TASKS",
    size: "SLURM_STEP_NUM_TASKS",
    local: "SLURM_STEP_TASKS_PER_NODE",
  },
  {
    launcher: "mpiexec",
    families: ["mpich"],
    mark: "PMI_SIZE",
    size: "PMI_SIZE",
    local: "MPI_LOCALNRANKS",
  },
] as const;

function numberIn(env: Variables, name: string): number | undefined {
  const text = env[name];
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
