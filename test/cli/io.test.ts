/** Signals reach a command where it cannot hear them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

/** A program that is in a step without end, or was in a step and waits. */
const program = (step: string, then: string): string => `
import { processIo } from ${JSON.stringify(new URL("../../src/cli/io.ts", import.meta.url).href)};
const io = processIo();
io.unsaved(() => { process.stdout.write("within\\n"); ${step} });
process.stdout.write("after\\n");
${then}
`;

async function ended(
  code: string,
  at: string,
): Promise<{ readonly status: unknown; readonly signal: unknown }> {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code]);
  let said = "";
  for await (const part of child.stdout) {
    said += part;
    if (said.includes(at)) break;
  }
  child.kill("SIGTERM");
  const [status, signal] = await once(child, "exit");
  return { status, signal };
}

test("within a step that lets none through, the first ends the process", async () => {
  expect(await ended(program("for (;;);", ""), "within")).toEqual({ status: null, signal: "SIGTERM" });
});

test("after it, the command hears them again", async () => {
  const then = 'setInterval(() => {}, 1000); io.signal.addEventListener("abort", () => process.exit(7));';
  expect(await ended(program("", then), "after")).toEqual({ status: 7, signal: null });
});
