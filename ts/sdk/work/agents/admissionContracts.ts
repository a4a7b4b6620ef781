import type { Address } from "viem";
import { allowListAbi, reputationAdmissionAbi } from "../../../abi/generated.ts";
import { type Calls, callsOf } from "../../calls/callsOf.ts";

/** An admission contract `AllowList` at an address. */
export const allowListAt: (address: Address) => Calls<typeof allowListAbi> = callsOf(allowListAbi);

/** An admission contract `ReputationAdmission` at an address. */
export const reputationAdmissionAt: (address: Address) => Calls<typeof reputationAdmissionAbi> =
  callsOf(reputationAdmissionAbi);
