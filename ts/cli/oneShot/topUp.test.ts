import { getTransactionCount } from "viem/actions";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { send } from "../../sdk/internal/call.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import { addPayer, codeOf, DOLLARS, gatewayAccount, openGateway, PRICE, type Shop, startShop } from "./testGateway.ts";

vi.setConfig({ testTimeout: 120_000 });

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.market.close());

/** A gateway whose account has dollars of its owner's too, and somebody who pays it. */
async function open(name: string, own: bigint) {
  const { chain, task } = shop.market;
  // The test chain remembers few blocks, and the beginning of an epoch is looked at.
  await shop.epochs(1);
  const client = await gatewayAccount(shop, name);
  const { address } = client.account;
  if (own > 0n) await chain.giveDollars(address, own);
  const payer = await addPayer(shop, `payer of ${name}`);
  const gateway = await openGateway(shop, client, { topUp: 2n * PRICE });
  shop.market.onClose(() => gateway.drop());
  return {
    ...{ gateway, address },
    /** Nothing is owed yet, so nothing is served; the money is there. */
    pay: async () => {
      const payment = await payer.payment(await gateway.ask("x"));
      expect(await codeOf(await gateway.ask("x", payment))).toEqual([503, "no_credit_yet"]);
    },
    dollars: () => shop.dollarsOf(address),
    /** What the account has, what it has put up for its stream, and what that has streamed. */
    tokens: async () => {
      const { availableBalance, streamDeposit, streamed } = await getSource(chain.client, { ...task, source: address });
      return availableBalance + streamDeposit + streamed;
    },
    sent: () => getTransactionCount(chain.client, { address }),
  };
}

test("what was earned is wrapped when it is enough, all of it, and nothing of the owner's own", async () => {
  const own = 7n * DOLLARS;
  const { gateway, pay, dollars, tokens, sent } = await open("gateway that tops up", own);
  await gateway.look(1);
  await pay();
  const transactions = await sent();
  await gateway.look(1);
  expect([await dollars(), await sent()]).toEqual([own + DOLLARS, transactions]);
  await pay();
  const before = await tokens();
  await gateway.look(1);
  expect([await dollars(), await tokens()]).toEqual([own, before + 2n * PRICE]);
  await pay();
  await gateway.look(1);
  expect([await dollars(), await tokens()]).toEqual([own + DOLLARS, before + 2n * PRICE]);
  // The budget says how fast the stream may be, and not what the account holds.
  expect(gateway.paying.account.purse.flowRate).toBeLessThanOrEqual(gateway.paying.account.purse.fastest);
});

test("what the owner has taken away is not wrapped", async () => {
  const { gateway, address, pay, dollars } = await open("gateway that is emptied", 0n);
  await pay();
  await pay();
  const { chain } = shop.market;
  const client = await chain.actor("gateway that is emptied");
  const usdc = superTokenAt(chain.superfluid.underlying);
  await send(client, usdc.transfer((await chain.actor("owner")).account.address, DOLLARS));
  await gateway.look(1);
  expect(await shop.dollarsOf(address)).toBe(DOLLARS);
  await pay();
  await gateway.look(1);
  expect(await dollars()).toBe(0n);
});
