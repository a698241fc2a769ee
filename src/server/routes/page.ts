/** The page to translate in. It says nothing of its own and needs no key; what it asks the server for may. */
import type { FastifyInstance } from "fastify";
import { pageFiles, pageHeaders } from "../page/page-files.ts";

export function pageRoutes(app: FastifyInstance): void {
  for (const [path, { type, body }] of pageFiles())
    app.route({
      method: "GET",
      url: `/${path}`,
      schema: { hide: true },
      config: { isOpen: true },
      handler: async (_, reply) =>
        reply
          .headers({ ...pageHeaders })
          .type(type)
          .send(body),
    });
}
