import { signal } from "@preact/signals";

/** Why an answer could not be given; the next answer takes it away. */
export const fault = signal("");

/** Why something was not opened; it stays until something else is. */
export const refusal = signal("");

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
