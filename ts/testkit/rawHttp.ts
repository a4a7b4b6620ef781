import { connect } from "node:net";

/**
 * Sends what no client would send.
 * @param url Of the server.
 * @returns The statuses of all its answers, until the connection is closed.
 */
export function rawStatuses(url: string, head: readonly string[], body = ""): Promise<number[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.end(`${head.join("\r\n")}\r\n\r\n${body}`));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("close", () => resolve([...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))));
    socket.on("error", reject);
  });
}
