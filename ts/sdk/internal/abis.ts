import { type Abi, parseAbi, toFunctionSelector } from "viem";
import {
  allowListAbi,
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  pipelineAbi,
  reputationAdmissionAbi,
  stakeManagerAbi,
} from "../../abi/generated.ts";

type AbiError = Extract<Abi[number], { type: "error" }>;

/** Superfluid's governance: where liquidation period and minimum deposit are kept. */
export const governanceAbi = parseAbi([
  "function getConfigAsUint256(address host, address superToken, bytes32 key) view returns (uint256)",
]);

/** ERC-2612: an allowance by signature; not every token has it, nor says by what name and version it is signed. */
export const permitAbi = parseAbi([
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function nonces(address owner) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
]);

/** What tokens and libraries revert with and no ABI of ours names. */
const foreignErrorsAbi = parseAbi([
  "error SafeERC20FailedOperation(address token)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
]);

/** Every error that a call may end with: one contract calls the next, and errors pass through. */
export const allErrorsAbi: AbiError[] = uniqueErrors([
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  pipelineAbi,
  stakeManagerAbi,
  allowListAbi,
  reputationAdmissionAbi,
  iSuperfluidAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  foreignErrorsAbi,
]);

function uniqueErrors(abis: readonly Abi[]): AbiError[] {
  const errors = new Map<string, AbiError>();
  for (const item of abis.flat()) {
    if (item.type === "error")
      errors.set(toFunctionSelector({ ...item, type: "function", outputs: [], stateMutability: "view" }), item);
  }
  return [...errors.values()];
}
