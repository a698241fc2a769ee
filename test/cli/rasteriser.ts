import { rasterise } from "../../src/cli/png.ts";

const NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';

/** Why no PNG can be drawn here; undefined where one can. */
export const absentRasteriser = await rasterise(NOTHING).then(
  () => undefined,
  (error: Error) => error.message,
);
