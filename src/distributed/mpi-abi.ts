/** Numbers and pointers by which C programs name MPI's constants. They differ from library to library. */
export interface Abi {
  readonly name: string;
  /** The C type of communicators, element types and operations. */
  readonly handle: "void *" | "int";
  /** A constant: its value, or the symbol whose address it is. */
  readonly constants: Readonly<Record<Constant, bigint | number | string>>;
  /** MPI_IN_PLACE */
  readonly inPlace: bigint;
  /** MPI_THREAD_MULTIPLE */
  readonly multiple: number;
}

export type Constant = "world" | "byte" | "int32" | "float32" | "float64" | "sum" | "min" | "max";

export const abis = {
  /** From MPI 5 on libraries may share these; the file is libmpi_abi. */
  standard: {
    name: "an MPI 5 library",
    handle: "void *",
    constants: {
      world: 0x101n,
      byte: 0x247n,
      int32: 0x250n,
      float32: 0x210n,
      float64: 0x214n,
      sum: 0x21n,
      min: 0x22n,
      max: 0x23n,
    },
    inPlace: 1n,
    multiple: 4096,
  },
  openmpi: {
    name: "Open MPI",
    handle: "void *",
    constants: {
      world: "ompi_mpi_comm_world",
      byte: "ompi_mpi_byte",
      int32: "ompi_mpi_int32_t",
      float32: "ompi_mpi_float",
      float64: "ompi_mpi_double",
      sum: "ompi_mpi_op_sum",
      min: "ompi_mpi_op_min",
      max: "ompi_mpi_op_max",
    },
    inPlace: 1n,
    multiple: 3,
  },
  mpich: {
    name: "MPICH",
    handle: "int",
    constants: {
      world: 0x44000000,
      byte: 0x4c00010d,
      int32: 0x4c000439,
      float32: 0x4c00040a,
      float64: 0x4c00080b,
      sum: 0x58000003,
      min: 0x58000002,
      max: 0x58000001,
    },
    inPlace: 0xffff_ffff_ffff_ffffn,
    multiple: 3,
  },
} as const satisfies Readonly<Record<string, Abi>>;

/** The libraries to try, best first: the file names of Open MPI 4 and 5, of MPICH and what derives from it, and of MPI 5. */
export const libraries: Readonly<Record<"openmpi" | "mpich", readonly string[]>> = {
  openmpi: ["libmpi.so.40", "libmpi.40.dylib"],
  mpich: [
    "libmpich.so.12",
    "libmpi.so.12",
    "libmpich.so",
    "libmpi.12.dylib",
    "libmpi_abi.so.0",
    "libmpi_abi.0.dylib",
  ],
};
