/**
 * Loaded before Heed: kills the process while ONNX Runtime computes for the nth time, or writes down what it computes each time.
 *
 *   HEED_DIE_AT    Which time, from 1.
 *   HEED_RUNS_LOG  The file that gets a line each time: "batch", "update" or "forward"; and "validated" where a validation was logged.
 *   HEED_BUILT     The folder of the modules.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { HEED_DIE_AT, HEED_RUNS_LOG, HEED_BUILT } = process.env;
const { writeFileSync } = fs;
const note = (what) => HEED_RUNS_LOG && writeFileSync(HEED_RUNS_LOG, `${what}\n`, { flag: "a" });

fs.writeFileSync = (path, content, options) => {
  writeFileSync(path, content, options);
  if (`${content}`.startsWith('{"kind":"validation"')) note("validated");
};
syncBuiltinESMExports();

const { NativeSession } = await import(pathToFileURL(join(HEED_BUILT, "runtime/native-session.node.js")));
const { run } = NativeSession.prototype;
let times = 0;
NativeSession.prototype.run = function (inputs, outputs) {
  const running = run.call(this, inputs, outputs);
  note(inputs.has("optimizer.rate") ? "update" : outputs.has("loss") ? "batch" : "forward");
  if (++times === Number(HEED_DIE_AT)) process.kill(process.pid, "SIGKILL");
  return running;
};
