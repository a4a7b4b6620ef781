import { decodePaymentSignatureHeader } from "@x402/core/http";
import type { PaymentPayload, PaymentRequirements } from "@x402/core/types";
import { type Address, type Hex, isAddressEqual } from "viem";
import { z } from "zod";
import { BackpressureError } from "../../core/errors.ts";

const amount = z.string().regex(/^\d{1,39}$/);
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/) as unknown as z.ZodType<Address>;
const bytes = (pattern: RegExp) => z.string().regex(pattern) as unknown as z.ZodType<Hex>;

const schema = z.object({
  x402Version: z.literal(2),
  accepted: z.looseObject({
    scheme: z.string(),
    network: z.string(),
    asset: z.string(),
    amount,
    payTo: z.string(),
  }),
  payload: z.object({
    signature: bytes(/^0x([0-9a-fA-F]{2}){1,2048}$/),
    authorization: z.object({
      ...{ from: address, to: address, value: amount, validAfter: amount, validBefore: amount },
      nonce: bytes(/^0x[0-9a-fA-F]{64}$/),
    }),
  }),
  extensions: z.record(z.string(), z.unknown()).optional(),
});

/** As the extension payment-identifier of x402 has it. */
const identifier = z.looseObject({ info: z.looseObject({ id: z.string().regex(/^[a-zA-Z0-9_-]{16,128}$/) }) });
export const IDENTIFIER = "payment-identifier";

/** A payment that came with a request, checked for form alone. */
export type Payment = {
  payload: PaymentPayload;
  /** Under which the authorisation is known: it can be executed once. */
  id: string;
  from: Address;
  nonce: Hex;
  value: bigint;
  /** Unix seconds. */
  validBefore: number;
  /** What the payer calls the request, so that it is paid for once whatever it signs. */
  identifier: string | undefined;
};

/**
 * Why no payment is taken. Nothing was settled.
 * @remarks Nothing was taken. Pay again as the answer with 402 asks; `code` names what was wrong.
 */
export class PaymentRefusedError extends BackpressureError {
  override name = "PaymentRefusedError";

  /** @param code As x402 names it. @param found What was wrong with it. */
  constructor(
    readonly code: string,
    found: string,
  ) {
    super(`the payment is not taken (${code}): ${found.slice(0, 300)}`);
  }
}

const MAX_HEADER = 16_384;

/** @throws {PaymentRefusedError} `invalid_payload` */
export function parsePayment(header: string): Payment {
  if (header.length > MAX_HEADER)
    throw new PaymentRefusedError("invalid_payload", `more than ${MAX_HEADER} characters`);
  const { payload: sent, ...rest } = parsed(header);
  const { from, nonce, value, validBefore } = sent.authorization;
  const said = identifier.safeParse(rest.extensions?.[IDENTIFIER]);
  return {
    payload: { ...rest, payload: sent } as unknown as PaymentPayload,
    id: `${from}:${nonce}`.toLowerCase(),
    ...{ from, nonce: nonce.toLowerCase() as Hex, value: BigInt(value), validBefore: Number(validBefore) },
    identifier: said.success ? `${from}:${said.data.info.id}`.toLowerCase() : undefined,
  };
}

function parsed(header: string): z.output<typeof schema> {
  try {
    return schema.parse(decodePaymentSignatureHeader(header));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : "not base64 of JSON";
    throw new PaymentRefusedError("invalid_payload", found);
  }
}

/** What was accepted is what is asked for. @throws {PaymentRefusedError} */
export function assertAccepted({ accepted, payload }: PaymentPayload, asked: PaymentRequirements): void {
  if (accepted.scheme !== asked.scheme) refuse("unsupported_scheme", accepted.scheme, asked.scheme);
  if (accepted.network !== asked.network) refuse("invalid_network", accepted.network, asked.network);
  for (const name of ["asset", "payTo"] as const) {
    const isSame =
      address.safeParse(accepted[name]).success && isAddressEqual(accepted[name] as Address, asked[name] as Address);
    if (!isSame) refuse("invalid_payment_requirements", `${name} ${accepted[name]}`, asked[name]);
  }
  const { value } = (payload as { authorization: { value: string } }).authorization;
  for (const said of [accepted.amount, value])
    if (BigInt(said) !== BigInt(asked.amount)) refuse("invalid_amount", said, asked.amount);
}

function refuse(code: string, found: string, right: string): never {
  throw new PaymentRefusedError(code, `${found}, not ${right}`);
}
