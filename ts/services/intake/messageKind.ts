import type { z } from "@hono/zod-openapi";
import type { Address, Hex } from "viem";
import type { Entry } from "./store.ts";

/** What every message says: the task type, and between whom. */
export type Message = { taskTypeId: Hex; sink: Address; source?: Address };

/** One kind of signed message that a service takes: how it looks on the wire, and what "newer" means. */
export type MessageKind<message extends Message> = {
  /** "attestation": names it in the documentation. */
  name: string;
  /** "attestations": the path. */
  plural: string;
  /** Refuses unknown fields. */
  schema: z.ZodType<message>;
  /** What names the place of a message beside its task type; there is at most one message for each place. */
  parties: readonly ("source" | "sink")[];
  /** Only a larger one replaces the one before. */
  versionOf: (message: message) => bigint;
  /** What to do about a message that is not newer. */
  newerAdvice: string;
};

/** The place of a message, whatever the case of its letters. */
export function keyOf<message extends Message>(
  { parties }: Pick<MessageKind<message>, "parties">,
  message: Message,
): string {
  return [message.taskTypeId, ...parties.map((party) => message[party])].join("/").toLowerCase();
}

/** Messages of each task type, the oldest first. */
export function byTaskType<message extends Message>(entries: readonly Entry<message>[]): Map<Hex, Entry<message>[]> {
  const groups = new Map<Hex, Entry<message>[]>();
  for (const entry of [...entries].sort((a, b) => a.receivedAt - b.receivedAt)) {
    const taskTypeId = entry.message.taskTypeId.toLowerCase() as Hex;
    const group = groups.get(taskTypeId);
    if (group === undefined) groups.set(taskTypeId, [entry]);
    else group.push(entry);
  }
  return groups;
}
