import { signal } from "@preact/signals";

/** Why a model could not be opened, or an answer not be given. */
export const fault = signal("");

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
