/** What a launcher told this process about the job that it belongs to. */
export interface Launch {
  /** As it is called on the command line. */
  readonly launcher: string;
  /** The library that it works with, where known. */
  readonly family: "openmpi" | "mpich" | undefined;
  readonly size: number;
  /** Processes of the job on this machine, where known. */
  readonly local: number | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** How a process was launched, by the environment variables that launchers set; undefined for one that stands alone. */
export function launchOf(env: Variables): Launch | undefined {
  const launch = launchers.map(({ size, local, ...of }) => ({
    ...of,
    size: numberIn(env, size),
    local: numberIn(env, local),
  }));
  const found = launch.find(({ size }) => size !== undefined);
  return found && { ...found, size: found.size as number };
}

/** Slurm sets PMI variables too where it works like MPICH's launcher; each is recognised by its own. */
const launchers = [
  {
    launcher: "mpirun",
    family: "openmpi",
    size: "OMPI_COMM_WORLD_SIZE",
    local: "OMPI_COMM_WORLD_LOCAL_SIZE",
  },
  { launcher: "srun", family: undefined, size: "SLURM_STEP_NUM_TASKS", local: "SLURM_NTASKS_PER_NODE" },
  { launcher: "mpiexec", family: "mpich", size: "PMI_SIZE", local: "MPI_LOCALNRANKS" },
] as const;

function numberIn(env: Variables, name: string): number | undefined {
  const text = env[name];
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
