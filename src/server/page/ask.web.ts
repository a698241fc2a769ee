/** What the page asks its server, and what it does when the server has too much to do. */

export interface Language {
  readonly code: string;
  readonly name: string;
  readonly targets: readonly string[];
}

export interface Settings {
  readonly keyRequired: boolean;
  /** Most characters of a text. */
  readonly charLimit: number;
}

export interface Place {
  readonly from: number;
  readonly to: number;
}

export interface Sentence {
  readonly source: Place;
  readonly target: Place;
  readonly confidence?: number;
  readonly isRepaired?: true;
  readonly links?: readonly { readonly source: Place; readonly target: Place }[];
}

export interface Translated {
  readonly translatedText: string;
  readonly detectedLanguage?: { readonly language: string; readonly confidence: number };
  readonly alternatives?: readonly string[];
  readonly sentences?: readonly Sentence[];
  readonly pivot?: string;
}

/** An answer that is an error. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How often to ask again, and the longest wait in seconds that is worth it. */
const TIMES = 4;
const LONGEST = 60;

export interface AskOptions {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly signal?: AbortSignal;
  /** Told each second how many are left until the server is asked again. */
  readonly onWait?: (seconds: number, message: string) => void;
}

/**
 * Asks again when the server is busy (503) or has been asked too often (429), after the time that it says.
 *
 * @throws `Refusal`, or what `fetch` throws.
 */
export async function ask<Answer>(path: string, { body, key, signal, onWait }: AskOptions): Promise<Answer> {
  for (let times = 1; ; times++) {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: {
        ...(body ? { "content-type": "application/json" } : {}),
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      signal: signal ?? null,
    });
    if (response.ok) return (await response.json()) as Answer;
    const message = await messageOf(response);
    const seconds = Number(response.headers.get("retry-after") ?? 2 ** times);
    const isBusy = response.status === 503 || response.status === 429;
    if (!isBusy || times === TIMES || !(seconds <= LONGEST)) throw new Refusal(response.status, message);
    for (let left = Math.max(1, Math.ceil(seconds)); left > 0; left--) {
      onWait?.(left, message);
      await second(signal);
    }
  }
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { readonly error?: unknown };
    if (typeof error === "string" && error !== "") return error;
  } catch {
    // A proxy may answer with a page of its own.
  }
  return `The server answered ${response.status}`;
}

function second(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
