import { heedError } from "../errors.ts";
import type { Device, Engine } from "../runtime/engine.ts";
import { openEngine } from "../runtime/open-engine.node.ts";
import type { Io } from "./io.ts";

const known: readonly Device[] = ["auto", "cpu", "cuda", "wasm", "webgpu"];

/** The engine for `--device`. @throws ERR_USAGE for a word that names none, ERR_CONFIG for one that is absent. */
export async function device(name: string, io: Pick<Io, "say">): Promise<Engine> {
  const found = known.find((one) => one === name);
  if (!found) {
    const cause = `"${name}" is not a device`;
    throw heedError("ERR_USAGE", { where: "--device", cause, remedy: `choose ${known.join(", ")}` });
  }
  return openEngine(found, { onWarning: (message: string) => io.say(`heed: ${message}`) });
}
