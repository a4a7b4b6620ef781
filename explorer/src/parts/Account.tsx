import type { Address } from "viem";
import { useConfig } from "../context.tsx";
import { abbreviated } from "./words.ts";

/** An account in full, with its page elsewhere. */
export function Account({ address }: { address: Address }) {
  const { accountUrl } = useConfig();
  return (
    <>
      <code className="long">{address}</code>
      {accountUrl && (
        <>
          {" "}
          <a href={`${accountUrl}${address}`} rel="noreferrer" target="_blank">
            elsewhere
          </a>
        </>
      )}
    </>
  );
}

/** An account in short, which leads to a page of its own. */
export function AccountLink({ href, address }: { href: string; address: Address }) {
  return (
    <a href={href} title={address}>
      <code>{abbreviated(address)}</code>
    </a>
  );
}
