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
  ERR_SHAPE: { exit: 70, text: operation },
  ERR_DTYPE: { exit: 70, text: operation },
  ERR_GRAPH: { exit: 70, text: operation },
  ERR_RUNTIME: { exit: 70, text: operation },
  ERR_INTERNAL: { exit: 70, text: input },
  ERR_USAGE: { exit: 64, text: input },
  ERR_DATA: { exit: 65, text: input },
  ERR_MODEL: { exit: 65, text: input },
  ERR_INPUT: { exit: 66, text: input },
  ERR_CREATE: { exit: 73, text: input },
  ERR_IO: { exit: 74, text: input },
  ERR_LOCKED: { exit: 75, text: input },
  ERR_CONFIG: { exit: 78, text: input },
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
