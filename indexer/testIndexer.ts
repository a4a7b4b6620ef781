/** Helpers of tests: an indexer as a process of its own, and everything that it knows. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { PROJECT_ROOT } from "../ts/core/projectRoot.ts";

export type StartParameters = {
  rpcUrl: string;
  deployments: string;
  data: string;
  args?: readonly string[];
  database?: string;
};

type Row = Record<string, unknown>;

/** Milliseconds between two looks. */
const INTERVAL = 50;

export class TestIndexer {
  #said = "";

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#said += text;
      });
    }
  }

  static start({ rpcUrl, deployments, data, args = [], database = "" }: StartParameters): TestIndexer {
    const options = ["--network", "local", "--port", "0", "--data", data, ...args];
    const child = spawn(process.execPath, ["--import", "tsx", "ts/operate/indexer/main.ts", ...options], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, LOCAL_RPC_URL: rpcUrl, DEPLOYMENTS_DIR: deployments, DATABASE_URL: database },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new TestIndexer(child);
  }

  /** What it has printed. */
  get said(): string {
    return this.#said;
  }

  /** Resolves once it has said something. @throws with all that it said, if it ends before. */
  async says(what: RegExp): Promise<string> {
    for (;;) {
      const [found] = what.exec(this.#said) ?? [];
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`it ended: ${this.#said}`);
      await pause(INTERVAL);
    }
  }

  async url(): Promise<string> {
    return (await this.says(/http:\/\/\S+(?=\/graphql)/)) as string;
  }

  /** Resolves once it has indexed a block. */
  async reaches(block: bigint): Promise<void> {
    await this.says(/indexed .* events/);
    const url = await this.url();
    for (;;) {
      // A connection that was kept open may end just when it is used again.
      const response = await fetch(`${url}/status`).catch(() => undefined);
      const status = (await response?.json()) as { chain?: { block: { number: number } } } | undefined;
      if (BigInt(status?.chain?.block.number ?? 0) >= block) return;
      await pause(INTERVAL);
    }
  }

  /** How many events it has indexed. */
  async events(): Promise<number> {
    const metrics = await (await fetch(`${await this.url()}/metrics`)).text();
    const counts = [...metrics.matchAll(/^ponder_indexing_completed_events\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async query<result = Row>(query: string): Promise<result> {
    const response = await fetch(`${await this.url()}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: result; errors?: { message: string }[] };
    if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join("; "));
    return data;
  }

  /** Every row of every table, in order. */
  async everything(): Promise<Record<string, Row[]>> {
    const { __schema } = await this.query<{ __schema: { types: GraphqlType[] } }>(
      "{ __schema { types { name fields { name type { name kind ofType { name kind } } } } } }",
    );
    const fieldsOf = (name: string) => __schema.types.find((type) => type.name === name)?.fields ?? [];
    const lists = fieldsOf("Query").filter(({ type }) => type.ofType?.name?.endsWith("Page"));
    const entries = await Promise.all(
      lists.map(async ({ name, type }) => {
        const entity = type.ofType?.name?.slice(0, -"Page".length) ?? "";
        const columns = fieldsOf(entity).filter((field) => isScalar(field.type));
        return [name, await this.#rows(name, columns.map((field) => field.name).join(" "))] as const;
      }),
    );
    return Object.fromEntries(entries);
  }

  async #rows(list: string, columns: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let after: string | null = null; ; ) {
      const position = after === null ? "" : `, after: ${JSON.stringify(after)}`;
      const found: Record<string, Page> = await this.query(
        `{ ${list}(limit: 1000${position}) { items { ${columns} } pageInfo { hasNextPage endCursor } } }`,
      );
      const { items, pageInfo } = found[list] as Page;
      rows.push(...items);
      if (!pageInfo.hasNextPage) return rows;
      after = pageInfo.endCursor;
    }
  }

  /** As `kill -9` does it, or as a person who asks it to end. */
  async end(signal: "SIGKILL" | "SIGTERM" = "SIGTERM"): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await once(this.child, "exit");
  }
}

type Page = { items: Row[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
type GraphqlTypeReference = { name: string | null; kind: string; ofType: { name: string | null; kind: string } | null };
type GraphqlType = { name: string; fields: { name: string; type: GraphqlTypeReference }[] | null };

const isScalar = ({ kind, ofType }: GraphqlTypeReference): boolean => (ofType?.kind ?? kind) === "SCALAR";
