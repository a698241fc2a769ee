/**
 * What MPI's libraries would do to the process that loads them, and must not do to Node.
 *
 * UCX, the transport of Debian's MPICH, is made for C programs that load it before they start a thread. It overwrites the
 * first instructions of mmap, munmap and their like in the C library, to hear of memory that is given back: a thread of V8
 * that is stopped within one of them goes on in half an instruction, and the process ends with a segmentation fault, or
 * hangs. It also takes the signal by which V8 notices an access out of bounds in WebAssembly.
 */
const wishes = {
  /** Memory is then registered with a network card for each message; on other networks nothing changes. */
  UCX_MEM_EVENTS: "n",
  /** None. */
  UCX_ERROR_SIGNALS: "",
} as const;

/** Tells MPI's libraries to leave the process as it is, unless the user has told them otherwise. To be called before one is loaded. */
export function behaveAsGuests(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(wishes)) env[name] ??= value;
}
