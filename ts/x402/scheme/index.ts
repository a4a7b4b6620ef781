/** The scheme `stream` of x402, version 2, for its stock clients and servers. */

export { StreamClient } from "./client.ts";
export { StreamFacilitator } from "./facilitator.ts";
export { StreamServer, type StreamServerParameters } from "./server.ts";
