import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import koffi from "koffi";
import { enlargeCallStacks } from "./call-stacks.node.ts";
import { ortError } from "./ort-error.ts";

/** The C API version to request; later versions of the library provide it too. */
const apiVersion = 20;

/** An array is passed by address and stays alive until a synchronous call returns. */
type Argument = bigint | number | string | readonly string[] | null | ArrayBufferView;
/** An OrtStatus: null is success. */
export type Status = bigint | null;
type Callback = (error: Error | null, status: Status) => void;
export interface StatusFunction {
  (...args: Argument[]): Status;
  /** The same call on another thread: see `callAsync`. */
  async(...args: [...Argument[], Callback]): void;
}

/**
 * Index of each function in ONNX Runtime's table, and its parameters. The order of the table is part of the C API: new
 * functions are only added at its end. All of these return an OrtStatus.
 */
const statusFunctions = {
  createEnv: [3, ["int", "str", "void *"]],
  createSessionFromArray: [8, ["void *", "void *", "size_t", "void *", "void *"]],
  run: [9, ["void *", "void *", "void *", "void *", "size_t", "void *", "size_t", "void *"]],
  createSessionOptions: [10, ["void *"]],
  setSessionExecutionMode: [13, ["void *", "int"]],
  enableProfiling: [14, ["void *", process.platform === "win32" ? "str16" : "str"]],
  disableMemPattern: [17, ["void *"]],
  setSessionLogSeverityLevel: [22, ["void *", "int"]],
  setSessionGraphOptimizationLevel: [23, ["void *", "int"]],
  setIntraOpNumThreads: [24, ["void *", "int"]],
  createTensorWithDataAsOrtValue: [49, ["void *", "void *", "size_t", "void *", "size_t", "int", "void *"]],
  isTensor: [50, ["void *", "void *"]],
  getTensorMutableData: [51, ["void *", "void *"]],
  getTensorElementType: [60, ["void *", "void *"]],
  getDimensionsCount: [61, ["void *", "void *"]],
  getDimensions: [62, ["void *", "void *", "size_t"]],
  getTensorTypeAndShape: [65, ["void *", "void *"]],
  createMemoryInfo: [68, ["str", "int", "int", "int", "void *"]],
  createCpuMemoryInfo: [69, ["int", "int", "void *"]],
  allocatorFree: [76, ["void *", "void *"]],
  getAllocatorWithDefaultOptions: [78, ["void *"]],
  addSessionConfigEntry: [130, ["void *", "str", "str"]],
  runWithBinding: [133, ["void *", "void *", "void *"]],
  createIoBinding: [134, ["void *", "void *"]],
  bindInput: [136, ["void *", "str", "void *"]],
  bindOutputToDevice: [138, ["void *", "str", "void *"]],
  getBoundOutputValues: [140, ["void *", "void *", "void *", "void *"]],
  synchronizeBoundInputs: [202, ["void *"]],
  synchronizeBoundOutputs: [203, ["void *"]],
  appendCudaProvider: [204, ["void *", "void *"]],
  createCudaProviderOptions: [205, ["void *"]],
  updateCudaProviderOptions: [206, ["void *", "const char **", "const char **", "size_t"]],
  appendProvider: [216, ["void *", "str", "void *", "void *", "size_t"]],
} as const;

/** Functions that free a handle and return nothing. */
const releaseFunctions = {
  releaseStatus: 93,
  releaseSession: 95,
  releaseValue: 96,
  releaseTensorTypeAndShapeInfo: 99,
  releaseSessionOptions: 100,
  releaseIoBinding: 135,
  releaseCudaProviderOptions: 208,
} as const;

const tableLength = 217;

/** ONNX Runtime's C API as functions. Pointers are bigints, or null. */
export type OrtApi = { readonly [K in keyof typeof statusFunctions]: StatusFunction } & {
  readonly [K in keyof typeof releaseFunctions]: (handle: bigint) => void;
} & {
  readonly version: string;
  /** Throws ERR_RUNTIME with ONNX Runtime's message unless `status` is success. Frees the status. */
  check(status: Status, doing: string): void;
};

/**
 * Calls a function on another thread, so that the event loop is not blocked.
 *
 * @param alive  The memory that the arguments point to; an address alone does not keep it from being collected.
 */
export function callAsync(call: StatusFunction, args: readonly Argument[], alive: unknown): Promise<Status> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, status) => {
      void alive;
      if (error) reject(error);
      else resolve(status);
    };
    call.async(...args, callback);
  });
}

/** Where onnxruntime-node keeps the shared library for this platform. */
export function bundledLibrary(): string {
  const root = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const { platform, arch } = process;
  const name = { win32: "onnxruntime.dll", darwin: "libonnxruntime.1.dylib" }[platform as string];
  return join(root, "bin", "napi-v6", platform, arch, name ?? "libonnxruntime.so.1");
}

/** koffi unloads a library when its handle is collected, so handles are kept for ever. */
const held: unknown[] = [];

/** Loads a shared library of ONNX Runtime. @throws ERR_RUNTIME when it cannot be loaded or is too old. */
export function loadOrtApi(library: string): OrtApi {
  let base: bigint;
  try {
    enlargeCallStacks();
    const handle = koffi.load(library);
    held.push(handle);
    base = handle.func("OrtGetApiBase", "void *", [])();
  } catch (cause) {
    throw ortError("load", `${library}: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  const [getApi, getVersion] = koffi.decode(base, "void *", 2) as [bigint, bigint];
  const version: string = koffi.decode(getVersion, koffi.proto("str", []))();
  if (Number(version.split(".")[1]) < apiVersion && Number(version.split(".")[0]) < 2) {
    throw ortError("load", `${library} is version ${version} but 1.${apiVersion} or later is required`);
  }
  const table: bigint[] = koffi.decode(
    koffi.decode(getApi, koffi.proto("void *", ["uint32_t"]))(apiVersion),
    "void *",
    tableLength,
  );
  const functions: Record<string, unknown> = {};
  for (const [name, [index, parameters]] of Object.entries(statusFunctions)) {
    functions[name] = koffi.decode(table[index], koffi.proto("void *", [...parameters]));
  }
  for (const [name, index] of Object.entries(releaseFunctions)) {
    functions[name] = koffi.decode(table[index], koffi.proto("void", ["void *"]));
  }
  const message = koffi.decode(table[2], koffi.proto("str", ["void *"])) as (status: bigint) => string;
  const check = (status: Status, doing: string): void => {
    if (status === null) return;
    const text = message(status);
    (functions.releaseStatus as (status: bigint) => void)(status);
    throw ortError(doing, text);
  };
  return { ...functions, version, check } as OrtApi;
}
