/** A Comptoir shop, typed by its OpenAPI page: every path, parameter, body and answer. */

import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { Problem, paths } from "./schema.js";

export type * from "./schema.js";

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const MOST_TRIES = 3;

export interface ShopOptions {
  /** Where the shop is, such as `https://shop.example`. */
  url: string;
  /** The key of a channel that is not public. */
  channelKey?: string;
  /** The language of answers and refusals, such as `fr`. */
  language?: string;
}

/** A refusal of the shop: `code` is stable (docs/errors.md), the message is a sentence for people. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly problem: Problem) {
    const fields = problem.errors.map((one) => ` (${one.field}: ${one.message})`).join("");
    super(`${problem.status} ${problem.code}: ${problem.title}${fields}`);
  }
}

/** A shop to call: `await answer(shop.GET("/api/v1/{channel}/products", { params: { path: { channel: "web" } } }))`. */
export function openShop({ url, channelKey, language }: ShopOptions): Client<paths> {
  const headers: Record<string, string> = {};
  if (channelKey) headers["X-Channel-Key"] = channelKey;
  if (language) headers["Accept-Language"] = language;
  const shop = createClient<paths>({ baseUrl: url, headers, fetch: sendPatiently });
  shop.use(onceEach);
  return shop;
}

/** What came back. Throws `Refused` with the shop's reason, never anything half. */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (data !== undefined && data !== null) return data;
  throw isProblem(error) ? new Refused(error) : new Error(`${response.status} from ${response.url}`);
}

/** Every write has a key of its own, so that sending it again has no second effect. */
const onceEach: Middleware = {
  onRequest({ request }) {
    if (WRITES.has(request.method) && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
};

/** A request whose answer was lost is sent again, with the same key: whatever happened, it happened once. */
async function sendPatiently(request: Request): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetch(request.clone());
    } catch (error) {
      if (tries === MOST_TRIES || request.signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** tries));
    }
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "errors" in value;
}
