import { expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { getNetwork } from "./networks.ts";

const networkWith = (urls: string) => getNetwork("base", { BASE_RPC_URL: urls });

test("a websocket tells of the blocks of the endpoint that has its host", () => {
  const { rpcUrls, headUrls } = networkWith("https://a.example/key, wss://a.example/ws/key, https://b.example:8545");
  expect(rpcUrls).toEqual(["https://a.example/key", "https://b.example:8545"]);
  expect(headUrls).toEqual({ "https://a.example/key": "wss://a.example/ws/key" });
  // A node of one's own has another port for them.
  expect(networkWith("http://node.example:8545,ws://node.example:8546").headUrls).toEqual({
    "http://node.example:8545": "ws://node.example:8546",
  });
  expect(networkWith("http://127.0.0.1:1,http://127.0.0.1:2,ws://127.0.0.1:2").headUrls).toEqual({
    "http://127.0.0.1:2": "ws://127.0.0.1:2",
  });
});

test.each([
  "wss://a.example/key",
  "https://b.example,wss://a.example",
  "http://127.0.0.1:1,http://127.0.0.1:2,ws://127.0.0.1:3",
])("%s: a websocket alone is not enough", (urls) => {
  expect(() => networkWith(urls)).toThrow(UsageError);
  expect(() => networkWith(urls)).toThrow(/BASE_RPC_URL: name the https:\/\/ URL of \S+ beside its websocket/);
});
