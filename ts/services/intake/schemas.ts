import { z } from "@hono/zod-openapi";
import { type Address, type Hex, isAddress } from "viem";
import { REFUSAL_CODES } from "./refusal.ts";

/** Longest signature, bytes: passkey and multi-signature wallets need some hundreds. */
const MAX_SIGNATURE = 2048;

const ZEROS_40 = "0".repeat(40);
const ZEROS_64 = "0".repeat(64);

/** An account; in mixed case its checksum must be right. */
export const addressSchema = z
  .custom<Address>((value) => typeof value === "string" && isAddress(value), "not an address, or its checksum is wrong")
  .openapi({ type: "string", pattern: "^0x[0-9a-fA-F]{40}$", example: `0x${ZEROS_40}` });

export const taskTypeIdSchema = z
  .custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value), "not 32 bytes in hexadecimal")
  .openapi({ type: "string", pattern: "^0x[0-9a-fA-F]{64}$", example: `0x${ZEROS_64}` });

export const signatureSchema = z
  .custom<Hex>(
    (value) =>
      typeof value === "string" && value.length <= 2 + 2 * MAX_SIGNATURE && /^0x([0-9a-fA-F]{2})+$/.test(value),
    `not 1 to ${MAX_SIGNATURE} bytes in hexadecimal`,
  )
  .openapi({
    type: "string",
    pattern: "^0x([0-9a-fA-F]{2})+$",
    maxLength: 2 + 2 * MAX_SIGNATURE,
    description: "65 bytes, or whatever the signer's ERC-1271 wallet accepts",
    example: `0x${"00".repeat(65)}`,
  });

/** A number that JSON cannot hold exactly, as decimal text. */
export function uintSchema(bits: number, description: string) {
  const max = 2n ** BigInt(bits) - 1n;
  return z
    .string()
    .refine(
      (text) => /^(0|[1-9][0-9]{0,38})$/.test(text) && BigInt(text) <= max,
      `not a whole number below 2^${bits} as decimal text`,
    )
    .openapi({ pattern: "^(0|[1-9][0-9]*)$", description, example: "100" });
}

/** Unix seconds, as the contracts keep them. */
export const timestampSchema = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .openapi({ description: "Unix seconds", example: 1_800_000_000 });

export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(REFUSAL_CODES),
      message: z.string().openapi({ description: "One sentence that says what to do" }),
    }),
  })
  .openapi("Error");
