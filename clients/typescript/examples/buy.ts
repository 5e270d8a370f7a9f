/**
 * Buys something in a running shop and collects it there: `npm run buy`, with the demo shop of `make demo` beside it.
 * COMPTOIR_URL and COMPTOIR_CHANNEL name another shop, COMPTOIR_SKU the goods.
 */

import { type CheckoutOut, type OptionShown, answer, openShop } from "../src/index.js";
import { payAtTestGateway } from "./gateway.js";

const url = process.env.COMPTOIR_URL ?? "http://127.0.0.1:8000";
const channel = process.env.COMPTOIR_CHANNEL ?? "web";
const nantes = { lat: 47.2184, lon: -1.5536 };
const shop = openShop({ url, language: "en" });

const sku = process.env.COMPTOIR_SKU ?? (await findSomething());
const basket = await answer(
  shop.POST("/api/v1/{channel}/baskets", { params: { path: { channel } }, body: { lines: [] } }),
);
const { token } = basket;
const filled = await answer(
  shop.POST("/api/v1/{channel}/baskets/{token}/lines", {
    params: { path: { channel, token } },
    body: { sku, quantity: 1 },
  }),
);
const line = filled.lines[0];
say(`In the basket: ${line?.quantity} × ${line?.card?.title ?? sku}, ${amount(filled.totals.total)}`);

const opened = await answer(
  shop.POST("/api/v1/{channel}/checkouts", { params: { path: { channel } }, body: { basket: token } }),
);
const id = opened.id;
const collection = await findCollection();
const slot = collection.needs_slot ? await findSlot(collection.location ?? "") : "";
const ready = await answer(
  shop.PATCH("/api/v1/{channel}/checkouts/{id}", {
    params: { path: { channel, id } },
    body: {
      contact: { name: "Camille Martin", email: "camille@example.org" },
      delivery: { key: collection.key, slot },
      payment: "testpay",
    },
  }),
);
say(`Collected at ${collection.location_name}: ${slot || collection.promise?.sentence}`);

const paying = await answer(
  shop.POST("/api/v1/{channel}/checkouts/{id}/pay", {
    params: { path: { channel, id } },
    body: { total: ready.total, return_url: `${url}/` },
  }),
);
if (paying.payment?.step.kind !== "redirect") throw new Error(`No page to pay at: ${paying.state}`);
await payAtTestGateway(String(paying.payment.step.url));

const placed = await waitForOrder();
const order = await answer(
  shop.GET("/api/v1/{channel}/orders/{number}", {
    params: { path: { channel, number: placed.number }, header: { "X-Order-Token": placed.token } },
  }),
);
say(`Order ${order.number}: ${order.state}, ${amount(order.total)}`);
say(`Parcels: ${order.parcels.map((one) => `${one.number} (${one.state})`).join(", ") || "none yet"}`);

/** The first variant that this channel can sell. */
async function findSomething(): Promise<string> {
  const page = await answer(shop.GET("/api/v1/{channel}/products", { params: { path: { channel } } }));
  for (const card of page.items.filter((one) => one.availability.in_stock && one.availability.counted)) {
    const product = await answer(
      shop.GET("/api/v1/{channel}/products/{slug}", { params: { path: { channel, slug: card.slug } } }),
    );
    const pieces = product.availability.variants ?? {};
    const found = product.variants.find((one) => (pieces[one.sku] ?? 0) > 0);
    if (found) return found.sku;
  }
  throw new Error("There is nothing to buy.");
}

/** The nearest shop where it can be collected. */
async function findCollection(): Promise<OptionShown> {
  const options = await answer(
    shop.GET("/api/v1/{channel}/delivery-options", {
      params: { path: { channel }, query: { line: [sku], ...nantes } },
    }),
  );
  const found = options.items.find((one) => one.kind === "collection" && one.is_available);
  if (!found) throw new Error("It can be collected nowhere.");
  return found;
}

async function findSlot(location: string): Promise<string> {
  const slots = await answer(
    shop.GET("/api/v1/{channel}/slots", { params: { path: { channel }, query: { location } } }),
  );
  const found = slots.items.find((one) => one.free > 0);
  if (!found) throw new Error(`Every time at ${location} is taken.`);
  return found.starts_at;
}

/** The customer is back; the shop asks the gateway. A bank that answers late is asked again. */
async function waitForOrder(): Promise<NonNullable<CheckoutOut["order"]>> {
  for (let tries = 0; tries < 20; tries += 1) {
    const checkout = await answer(
      shop.POST("/api/v1/{channel}/checkouts/{id}/finish", { params: { path: { channel, id } } }),
    );
    if (checkout.order) return checkout.order;
    if (checkout.problem) throw new Error(`The checkout ended: ${checkout.problem}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("The payment did not come.");
}

function amount(money: { amount: string; currency: string }): string {
  return `${money.amount} ${money.currency}`;
}

function say(sentence: string): void {
  console.log(sentence);
}
