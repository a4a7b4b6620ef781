import { timingSafeEqual } from "node:crypto";

/** What a request says of where it comes from. */
export type Claims = {
  host: string | undefined;
  origin: string | undefined;
  token: string | undefined;
};

/** Whether a request was made for this server's own name: a foreign name that resolves to this machine is refused. */
export function isForUs({ host }: Pick<Claims, "host">, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** Whether a command comes from our own page, and not from another that is open in the same browser. */
export function isFromUs({ host, origin, token }: Claims, port: number, expected: string): boolean {
  if (!isForUs({ host }, port) || origin !== `http://${host}`) return false;
  const [given, right] = [Buffer.from(token ?? ""), Buffer.from(expected)];
  return given.length === right.length && timingSafeEqual(given, right);
}
