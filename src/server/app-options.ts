import type { Keys } from "./keys.ts";
import type { Service } from "./service.ts";

/** What the HTTP server serves, to whom, and how much. */
export interface AppOptions {
  readonly service: Service;
  readonly keys: Keys | undefined;
  readonly perAddress: number;
  readonly perKey: number;
  /** Most connections at a time; others are closed at once. */
  readonly connections: number;
  /** Believe X-Forwarded-For. */
  readonly trustProxy: boolean;
  /** Origins whose pages may ask; "*" for all. */
  readonly origins: readonly string[];
  readonly logLevel: string;
  readonly version: string;
  readonly isDraining: () => boolean;
}
