import { devices } from "../runtime/devices.ts";
import type { Engine } from "../runtime/engine.ts";
import type { OptionSpec } from "./command.ts";
import type { Io } from "./io.ts";

/** `--device`, shared by every command that runs graphs. */
export const deviceOption = {
  type: "string",
  value: "D",
  default: "auto",
  help: "auto, cpu, wasm or webgpu; cuda, coreml or dml where ONNX Runtime was built for it",
} as const satisfies OptionSpec;

/** Opens the engine of `--device`, with so many threads or one for each physical core. @throws ERR_USAGE for an unknown device, ERR_CONFIG for an absent one */
export async function device(name: string, io: Pick<Io, "say">, threads?: number): Promise<Engine> {
  const { openEngine } = await import("../runtime/open-engine.node.ts");
  const known = devices.find((each) => each === name);
  if (!known) {
    const { heedError } = await import("../errors.ts");
    const cause = `"${name}" is not a device`;
    throw heedError("ERR_USAGE", { where: "--device", cause, remedy: `choose ${devices.join(", ")}` });
  }
  return openEngine(known, { onWarning: (message: string) => io.say(`heed: ${message}`), threads });
}
