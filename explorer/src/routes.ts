/** The page's addresses: what is looked at stands behind the "#", so that any file server serves it. */
import { useSyncExternalStore } from "react";
import { type Address, type Hex, isHex, size } from "viem";
import { accountIn } from "./config.ts";

export type Route =
  | { name: "pools" }
  | { name: "pool" | "pipeline"; taskTypeId: Hex }
  | { name: "sink" | "source"; taskTypeId: Hex; account: Address }
  | { name: "nowhere" };

export const href = {
  pools: () => "#/",
  pool: (id: Hex) => `#/pool/${id}`,
  pipeline: (id: Hex) => `#/pipeline/${id}`,
  sink: (id: Hex, account: Address) => `#/pool/${id}/sink/${account}`,
  source: (id: Hex, account: Address) => `#/pool/${id}/source/${account}`,
};

export function parseRoute(hash: string): Route {
  const [what, id = "", kind, account, ...rest] = hash.replace(/^#?\/?/, "").split("/");
  if (what === "" && id === "") return { name: "pools" };
  const taskTypeId = id.toLowerCase() as Hex;
  if (!isHex(taskTypeId) || size(taskTypeId) !== 32 || rest.length > 0) return { name: "nowhere" };
  if (what === "pipeline" && kind === undefined) return { name: "pipeline", taskTypeId };
  if (what !== "pool") return { name: "nowhere" };
  if (kind === undefined) return { name: "pool", taskTypeId };
  const address = accountIn(account);
  if ((kind !== "sink" && kind !== "source") || address === undefined) return { name: "nowhere" };
  return { name: kind, taskTypeId, account: address };
}

function subscribe(tell: () => void): () => void {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
}

/** The hash of the page's address. */
export const useHash = (): string => useSyncExternalStore(subscribe, () => window.location.hash);
