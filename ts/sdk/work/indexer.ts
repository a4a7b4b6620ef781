import { type Address, getAddress, type Hex, isAddress, isHex } from "viem";
import { describeError } from "../../core/errors.ts";
import { IndexerError } from "./errors.ts";
import type { FoundSink, FoundSource, FoundTaskType } from "./found.ts";

/** Rows at once: the most that it gives. */
const PAGE = 1000;

/** Of one request, milliseconds. */
const PATIENCE = 5_000;

/** Places of events are counted so: block number times this, and the event's own number. */
const EVENTS = 1_000_000n;

type Row = Readonly<Record<string, unknown>>;
type Page = { items: Row[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
type Status = Record<string, { id: number; block: { number: number } | null }>;

/** What `npm run indexer` answers. Each call throws `IndexerError` where it does not, or with what cannot be. */
export class Indexer {
  constructor(readonly url: string) {}

  /** The block up to which it knows everything. */
  async block(chainId: number): Promise<bigint> {
    const ready = await this.#request("ready");
    if (!ready.ok) throw this.#error("it has not yet read what happened before it was started");
    const { _meta } = (await this.#ask("{ _meta { status } }", {})) as { _meta?: { status: Status | null } };
    const block = Object.values(_meta?.status ?? {}).find(({ id }) => id === chainId)?.block;
    if (!Number.isSafeInteger(block?.number)) throw this.#error(`it knows nothing of chain ${chainId}`);
    return BigInt(block?.number ?? 0);
  }

  /** In the order of registration. */
  async taskTypes(): Promise<FoundTaskType[]> {
    const rows = await this.#rows("taskTypes", "", "id creator superToken metadata registeredAtEvent");
    return inOrder(rows, "registeredAtEvent").map((row) => ({
      taskTypeId: this.#hex(row.id),
      creator: this.#address(row.creator),
      superToken: this.#address(row.superToken),
      metadata: String(row.metadata),
    }));
  }

  /** Those that are registered, in the order of registration. */
  async sinks(taskTypeId: Hex): Promise<FoundSink[]> {
    const where = `where: { taskTypeId: "${taskTypeId.toLowerCase()}", registered: true }`;
    const rows = await this.#rows("sinks", where, "account profileUri registeredAtEvent");
    return inOrder(rows, "registeredAtEvent").map(({ account, profileUri }) => {
      return { sink: this.#address(account), profileUri: String(profileUri) };
    });
  }

  /** Everybody who ever streamed, in the order of the first stream. */
  async sources(taskTypeId: Hex): Promise<FoundSource[]> {
    const where = `where: { taskTypeId: "${taskTypeId.toLowerCase()}" }`;
    const rows = await this.#rows("sources", where, "account flowRate openedAtEvent");
    const streamed = rows.filter(({ openedAtEvent }) => openedAtEvent !== null);
    return inOrder(streamed, "openedAtEvent").map(({ account, flowRate, openedAtEvent }) => {
      return { source: this.#address(account), flowRate: toBigInt(flowRate), since: toBigInt(openedAtEvent) / EVENTS };
    });
  }

  async #rows(list: string, where: string, columns: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let after: string | null = null; ; ) {
      const query = `query ($after: String) {
        ${list}(${where} limit: ${PAGE}, after: $after) { items { ${columns} } pageInfo { hasNextPage endCursor } }
      }`;
      const { [list]: page } = (await this.#ask(query, { after })) as Record<string, Page>;
      if (!Array.isArray(page?.items)) throw this.#error("its answer has another form");
      for (const row of page.items) rows.push(row);
      if (!page.pageInfo.hasNextPage) return rows;
      after = page.pageInfo.endCursor;
    }
  }

  async #ask(query: string, variables: object): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    const response = await this.#request("graphql", {
      ...{ method: "POST", headers, body: JSON.stringify({ query, variables }) },
    });
    const answer = (await response.json().catch(() => undefined)) as Row | undefined;
    const [refusal] = (answer?.errors ?? []) as { message: string }[];
    if (refusal !== undefined) throw this.#error(`it refuses: ${String(refusal.message).slice(0, 200)}`);
    if (!response.ok || typeof answer?.data !== "object") throw this.#error(`it answers with HTTP ${response.status}`);
    return answer.data;
  }

  async #request(path: string, request: RequestInit = {}): Promise<Response> {
    try {
      const url = new URL(path, `${this.url.replace(/\/$/, "")}/`);
      return await fetch(url, { ...request, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    } catch (cause) {
      throw this.#error(describeError(cause), cause);
    }
  }

  #address(value: unknown): Address {
    if (typeof value === "string" && isAddress(value, { strict: false })) return getAddress(value);
    throw this.#error("its answer has something else where an address should be");
  }

  #hex(value: unknown): Hex {
    if (isHex(value)) return value;
    throw this.#error("its answer has something else where a task type should be");
  }

  #error(reason: string, cause?: unknown): IndexerError {
    return new IndexerError(this.url, reason, { cause });
  }
}

/** Numbers that may be large are text. */
const toBigInt = (value: unknown): bigint => (/^-?\d+$/.test(String(value)) ? BigInt(String(value)) : 0n);

function inOrder(rows: readonly Row[], column: string): Row[] {
  const place = (row: Row) => toBigInt(row[column]);
  return [...rows].sort((a, b) => Number(place(a) - place(b)));
}
