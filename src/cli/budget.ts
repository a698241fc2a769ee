import { heedError } from "../errors.ts";

/** The minutes of "90s", "10m" or "1.5h". @throws ERR_USAGE */
export function minutesOf(budget: string): number {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,9})?)(s|m|h)$/.exec(budget) ?? [];
  const minutes = Number(number) * { s: 1 / 60, m: 1, h: 60 }[unit as "s" | "m" | "h"];
  if (minutes > 0) return minutes;
  const cause = `${JSON.stringify(budget)} is not a time`;
  throw heedError("ERR_USAGE", { where: "--budget", cause, remedy: "write it as 90s, 10m or 1.5h" });
}
