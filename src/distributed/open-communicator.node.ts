import { heedError } from "../errors.ts";
import { alone, type Communicator } from "./communicator.ts";
import { launchOf } from "./launch.ts";
import { libraries } from "./mpi-abi.ts";

/** How long a rank waits for the others in one call. A rank that hangs is to be found out within a minute. */
const PATIENCE_SECONDS = 45;

/**
 * The processes that an MPI launcher (`mpirun`, `mpiexec`, `srun`) has started together, or this process alone when there
 * was none. HEED_MPI names another library than the one that belongs to the launcher; HEED_MPI_TIMEOUT is how many seconds
 * a rank waits for the others.
 *
 * @throws ERR_RUNTIME when there is no library of MPI, ERR_USAGE when it does not belong to the launcher, ERR_CONFIG when
 *   HEED_MPI_TIMEOUT is no number of seconds.
 */
export async function openCommunicator(env: NodeJS.ProcessEnv = process.env): Promise<Communicator> {
  const launch = launchOf(env);
  if (!launch || launch.size === 1) return alone;
  const { loadMpi } = await import("./mpi-library.node.ts");
  const { joinMpi } = await import("./mpi.node.ts");
  const usual = launch.families.flatMap((family) => libraries[family]);
  const library = loadMpi(env.HEED_MPI ? [env.HEED_MPI] : usual);
  const { size, local, launcher } = launch;
  return joinMpi(library, { launched: size, launcher, isLocal: local === size, seconds: patience(env) });
}

function patience({ HEED_MPI_TIMEOUT: text }: NodeJS.ProcessEnv): number {
  if (!text) return PATIENCE_SECONDS;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  const cause = `"${text}" is not a number of seconds`;
  throw heedError("ERR_CONFIG", { where: "HEED_MPI_TIMEOUT", cause, remedy: "give 1 to 86400" });
}
