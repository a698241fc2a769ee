/**
 * Every error Heed raises on purpose: one code per kind of error, one template per code, one exit status per code.
 *
 * A library caller reads `error.code`; the command line prints `heed: error: <message>` and exits with `error.exit`.
 */

/** A failed contract between operations: `matmul: axis -1 of left is 64 but ... . left [2, 64] · right [32, 10]`. */
export interface OperationFault {
  readonly operation: string;
  readonly problem: string;
  /** The operands, already printed: `left [batch, 64] · right [32, 10]`. */
  readonly operands?: string;
}

/** A fault in what the user gave us: `WHERE: cause; remedy`. */
export interface InputFault {
  /** `file:line`, a configuration key, an option or a command. */
  readonly where: string;
  readonly cause: string;
  readonly remedy?: string;
}

const operation = ({ operation, problem, operands }: OperationFault): string =>
  `${operation}: ${problem}.${operands ? ` ${operands}` : ""}`;
const input = ({ where, cause, remedy }: InputFault): string =>
  `${where}: ${cause}${remedy ? `; ${remedy}` : ""}`;

/** Code -> exit status (sysexits where one fits) and message template. */
const errorTemplates = {
  /** Sizes do not fit together. */
  ERR_SHAPE: { exit: 70, text: operation },
  /** An element type is not allowed here, or two differ. */
  ERR_DTYPE: { exit: 70, text: operation },
  /** A graph is used against its rules: an input is missing, a name is taken, an op has no gradient. */
  ERR_GRAPH: { exit: 70, text: operation },
  /** ONNX Runtime cannot be loaded, has no such device, or failed. */
  ERR_RUNTIME: { exit: 70, text: operation },
  /** A bug in Heed; please report it. */
  ERR_INTERNAL: { exit: 70, text: input },
  /** The command line is wrong: a command, an argument, or an option that would have no effect. */
  ERR_USAGE: { exit: 64, text: input },
  /** What a file contains is not what it should be. */
  ERR_DATA: { exit: 65, text: input },
  /** A model cannot do what is asked, or its files do not belong together. */
  ERR_MODEL: { exit: 65, text: input },
  /** A file or folder is missing or cannot be read. */
  ERR_INPUT: { exit: 66, text: input },
  /** A file or folder cannot be created, or exists already. */
  ERR_CREATE: { exit: 73, text: input },
  /** Writing failed: no space, or no permission. */
  ERR_IO: { exit: 74, text: input },
  /** Another process is writing this run. */
  ERR_LOCKED: { exit: 75, text: input },
  /** A configuration has an unknown key, or a value outside its range. */
  ERR_CONFIG: { exit: 78, text: input },
  /** The loss is no longer a number. */
  ERR_DIVERGED: { exit: 80, text: input },
} as const;

export type ErrorCode = keyof typeof errorTemplates;
export type Fault<C extends ErrorCode> = Parameters<(typeof errorTemplates)[C]["text"]>[0];

export class HeedError extends Error {
  override readonly name = "HeedError";
  readonly code: ErrorCode;
  readonly exit: number;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exit = errorTemplates[code].exit;
  }
}

/** Creates the error of kind `code` for `fault`, to be thrown. `cause` keeps the underlying error for `HEED_DEBUG=1`. */
export function heedError<C extends ErrorCode>(code: C, fault: Fault<C>, cause?: unknown): HeedError {
  const text = errorTemplates[code].text as (fault: Fault<C>) => string;
  return new HeedError(code, text(fault), cause === undefined ? undefined : { cause });
}
