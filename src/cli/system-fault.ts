import { type HeedError, heedError } from "../errors.ts";

/** Errors of the system that mean that something cannot be read, rather than that a device failed. */
const reading = new Set(["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

/** What the system refused, as an error of its own kind; undefined for any error that is Heed's own fault. */
export function systemFault(error: unknown): HeedError | undefined {
  const { code = "", syscall, path, message = "" } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall !== undefined && /^E[A-Z0-9]+$/.test(code)) {
    const [where, cause] = [path ?? syscall, `the system refused (${code})`];
    return heedError(reading.has(code) ? "ERR_INPUT" : "ERR_IO", { where, cause }, error);
  }
  if (code === "ERR_INVALID_ARG_VALUE" && message.includes("null bytes"))
    return heedError("ERR_INPUT", { where: "a path", cause: "has a NUL character" }, error);
  const isMemory =
    code === "ERR_MEMORY_ALLOCATION_FAILED" ||
    /^(Array buffer allocation failed|Invalid typed array length)/.test(message);
  const remedy = "free some memory or choose smaller sizes";
  return isMemory
    ? heedError("ERR_IO", { where: "memory", cause: "there is not enough", remedy }, error)
    : undefined;
}
