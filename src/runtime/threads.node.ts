import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/**
 * The number of physical cores this process may use. Two threads on one core compete for its vector units, so matrix
 * products gain nothing from the second. If the system does not say which CPUs share a core, every available CPU counts.
 */
export function physicalCores(): number {
  const available = availableParallelism();
  if (process.platform !== "linux") return available;
  const cores = new Set<string>();
  try {
    for (const cpu of cpuList(readFileSync("/sys/devices/system/cpu/online", "utf8"))) {
      const siblings = `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`;
      cores.add(readFileSync(siblings, "utf8"));
    }
  } catch {
    return available;
  }
  return Math.max(1, Math.min(available, cores.size));
}

/**
 * The threads of one of several processes on this machine, at least 1. A launcher that binds processes to cores has
 * divided them already.
 */
export function threadsPerProcess(processes: number): number {
  const isBound = availableParallelism() < cpus().length;
  return Math.max(1, isBound ? physicalCores() : Math.floor(physicalCores() / processes));
}

/** The numbers in a list such as `0-3,8`. */
function cpuList(text: string): number[] {
  return text
    .trim()
    .split(",")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}
