/** Formats a share, 0 to 1, as a percentage. */
export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
