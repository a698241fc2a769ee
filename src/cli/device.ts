import { devices } from "../runtime/devices.ts";
import type { Engine } from "../runtime/engine.ts";
import type { OptionSpec } from "./command.ts";
import type { Io } from "./io.ts";

/** `--device`, the same for every command that runs graphs. */
export const deviceOption = {
  type: "string",
  value: "D",
  default: "auto",
  help: "auto, cpu, wasm or webgpu; cuda, coreml or dml where ONNX Runtime was built for it",
} as const satisfies OptionSpec;

/** The engine for `--device`. @throws ERR_USAGE for a word that names none, ERR_CONFIG for one that is absent. */
export async function device(name: string, io: Pick<Io, "say">): Promise<Engine> {
  const { openEngine } = await import("../runtime/open-engine.node.ts");
  const found = devices.find((one) => one === name);
  if (!found) {
    const { heedError } = await import("../errors.ts");
    const cause = `"${name}" is not a device`;
    throw heedError("ERR_USAGE", { where: "--device", cause, remedy: `choose ${devices.join(", ")}` });
  }
  return openEngine(found, { onWarning: (message: string) => io.say(`heed: ${message}`) });
}
