import koffi, { type LibraryHandle } from "koffi";
import { heedError } from "../errors.ts";
import { enlargeCallStacks } from "../runtime/call-stacks.node.ts";
import { behaveAsGuests } from "./guest-library.node.ts";
import { type Abi, abis, type Constant } from "./mpi-abi.ts";

/** A typed array is passed by its address; it must stay alive until the call returns. */
type Argument = bigint | number | null | ArrayBufferView;

export interface MpiFunction {
  (...args: Argument[]): number;
  /** The same call on another thread. */
  async(...args: [...Argument[], (error: Error | null, status: number) => void]): void;
}

/** A library of MPI as functions, which return 0 when all is well. */
export interface MpiLibrary {
  readonly path: string;
  readonly abi: Abi;
  readonly constants: Readonly<Record<Constant, bigint | number>>;
  readonly functions: Readonly<Record<keyof typeof parameters, MpiFunction>>;
}

/** Parameters of the functions in use; "handle" is a communicator, an element type or an operation. */
const parameters = {
  MPI_Init_thread: ["void *", "void *", "int", "void *"],
  MPI_Comm_rank: ["handle", "void *"],
  MPI_Comm_size: ["handle", "void *"],
  MPI_Allreduce: ["void *", "void *", "int", "handle", "handle", "handle"],
  MPI_Bcast: ["void *", "int", "handle", "int", "handle"],
  MPI_Allgather: ["void *", "int", "handle", "void *", "int", "handle", "handle"],
  MPI_Alltoall: ["void *", "int", "handle", "void *", "int", "handle", "handle"],
  MPI_Barrier: ["handle"],
  MPI_Isend: ["void *", "int", "handle", "int", "int", "handle", "void *"],
  MPI_Iprobe: ["int", "int", "handle", "void *", "void *"],
  MPI_Abort: ["handle", "int"],
  MPI_Finalize: [],
} as const;

/** Flags of dlopen: resolve now, for all libraries, and never unload; a library of MPI that is unloaded at exit crashes. */
const openFlags = process.platform === "darwin" ? 0x2 | 0x8 | 0x80 : 0x2 | 0x100 | 0x1000;

/** koffi unloads a library when its handle is collected, so handles are kept for ever. */
const held: unknown[] = [];

/** Loads the first of these libraries that there is. @throws ERR_RUNTIME when there is none */
export function loadMpi(paths: readonly string[]): MpiLibrary {
  enlargeCallStacks();
  behaveAsGuests();
  const self = koffi.load(null);
  held.push(self);
  const dlopen = self.func("dlopen", "void *", ["str", "int"]);
  const dlsym = self.func("dlsym", "void *", ["void *", "str"]);
  for (const path of paths) {
    const library = dlopen(path, openFlags) as bigint | null;
    if (!library) continue;
    const addressOf = (symbol: string): bigint | null => dlsym(library, symbol);
    // Another library of this name.
    if (!addressOf("MPI_Init_thread")) continue;
    return { path, ...bind(path, addressOf) };
  }
  throw heedError("ERR_RUNTIME", {
    operation: "MPI",
    problem: `there is no library (${paths.join(", ")}); install Open MPI or MPICH, or name it in HEED_MPI`,
  });
}

type AddressOf = (symbol: string) => bigint | null;

function bind(path: string, addressOf: AddressOf): Omit<MpiLibrary, "path"> {
  const library = koffi.load(path, { global: true, lazy: true });
  held.push(library);
  const abi = abiOf(library, addressOf);
  const functions = Object.entries(parameters).map(([name, types]) => {
    const own = types.map((type) => (type === "handle" ? abi.handle : type));
    return [name, library.func(name, "int", own)] as const;
  });
  const constants = Object.entries(abi.constants).map(([name, value]) => [
    name,
    typeof value === "string" ? addressOf(value) : value,
  ]);
  return {
    abi,
    functions: Object.fromEntries(functions) as unknown as MpiLibrary["functions"],
    constants: Object.fromEntries(constants) as MpiLibrary["constants"],
  };
}

function abiOf(library: LibraryHandle, addressOf: AddressOf): Abi {
  if (addressOf("MPI_Abi_get_version")) {
    // A library of MPI 5 that has constants of its own says version -1.
    const [major, minor] = [new Int32Array(1), new Int32Array(1)];
    library.func("MPI_Abi_get_version", "int", ["void *", "void *"])(major, minor);
    if ((major[0] as number) > 0) return abis.standard;
  }
  return addressOf("ompi_mpi_comm_world") ? abis.openmpi : abis.mpich;
}
