/** What `heed heads` says of each head, as the page has it. */
import type { HeadRole } from "heed/inspect";

export interface ScoredHead {
  readonly place: string;
  /** From 0. */
  readonly head: number;
  readonly name: string;
  readonly roles: readonly HeadRole[];
  /** Loss without the head less loss with it, in nats a token; the 95 % interval is ± half. */
  readonly delta: number;
  readonly half: number | undefined;
  /** Entropy as a share of that of all keys alike. */
  readonly entropy: number;
  readonly sink: { readonly token: string; readonly share: number } | undefined;
  /** Features that need it beyond chance, and the share of their margin that is lost without it. */
  readonly features: readonly { readonly name: string; readonly share: number }[];
}

export interface HeadScores {
  readonly about: "phrasebook" | "text";
  readonly examples: number;
  readonly tokens: number;
  readonly loss: number;
  readonly heads: readonly ScoredHead[];
}
