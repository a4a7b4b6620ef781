import { useAccount, useConnect, useConnectors, useDisconnect, useSwitchChain } from "wagmi";
import { useConfig } from "../context.tsx";
import { abbreviated } from "../parts/words.ts";

/** Connects a wallet of the browser, and lets go of it. Reading needs none. */
export function Wallet() {
  const { chainId, chainName } = useConfig();
  const account = useAccount();
  const connectors = useConnectors();
  const connect = useConnect();
  const disconnect = useDisconnect();
  const switchChain = useSwitchChain();
  if (account.address === undefined) {
    const [connector] = [...connectors].reverse();
    return (
      <div className="wallet">
        <button
          type="button"
          disabled={connect.isPending || connector === undefined}
          onClick={() => connector && connect.mutate({ connector })}
        >
          Connect a wallet
        </button>
        {connect.error && (
          <p role="alert">
            {/provider not found/i.test(connect.error.message)
              ? "This browser has no wallet."
              : connect.error.message.split("\n", 1)[0]}
          </p>
        )}
      </div>
    );
  }
  return (
    <div className="wallet">
      {account.chainId !== chainId && (
        <button type="button" onClick={() => switchChain.mutate({ chainId })}>
          Switch to {chainName}
        </button>
      )}
      <span>
        <code>{abbreviated(account.address)}</code>
      </span>
      <button type="button" onClick={() => disconnect.mutate({})}>
        Disconnect
      </button>
    </div>
  );
}
