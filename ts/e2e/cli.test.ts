import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressesOf, requireRecord } from "../core/deploymentRecord.ts";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { getPool } from "../sdk/read/getPool.ts";
import { expectWellPacked, Project, run } from "./project.ts";

/** The client that agents in Python have. */
const OPENAI = "openai==3.57.0";
const PYTHON_FOLDER = join(PROJECT_ROOT, "ts/e2e/python");

const hasPython = spawnSync("python3", ["-m", "venv", "--help"]).status === 0;
const project = new Project("@backpressure-economics/cli");

/** A program that runs until it is ended, and what it has said. */
class Running {
  said = "";
  readonly ended: Promise<number | null>;
  #heard = () => {};

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.said += text;
        this.#heard();
      });
    }
    this.ended = once(child, "close").then(([code]) => {
      this.#heard();
      return code as number | null;
    });
  }

  /** Resolves with what it matches, as soon as that is said. @throws with all that was said, if it ends before. */
  async hears(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.said);
      if (found !== null) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`it ended, and said: ${this.said}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** With a signal to it and to what it has started. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-(this.child.pid ?? 0), signal);
    return this.ended;
  }
}

const running: Running[] = [];
afterAll(async () => {
  await Promise.all(running.reverse().map((one) => one.end("SIGKILL")));
});

/** What somebody types into a shell of the project. */
function shell(command: string, env: NodeJS.ProcessEnv = {}): Running {
  const all = { ...process.env, npm_config_offline: "true", ...env };
  // `exec`: a signal reaches what was typed, as Ctrl-C does.
  const child = spawn("sh", ["-c", command], {
    cwd: project.folder,
    env: all,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const one = new Running(child);
  running.push(one);
  return one;
}

/** What still streams to the pool, wei per second. */
async function flowRate(url: string): Promise<bigint> {
  const record = requireRecord(join(project.folder, ".backpressure"), 31337);
  const client = createClient({ transport: http(url) });
  const [taskTypeId = "0x"] = Object.values(record.taskTypes ?? {});
  return (await getPool(client, { deployment: addressesOf(record), taskTypeId })).flowRate;
}

/** Blocks of a language in the guide. */
const guide = (language: string): string[] => {
  const text = readFileSync(join(PROJECT_ROOT, "docs/integrate.md"), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code = ""]) => code);
};

/** Python with OpenAI's client, kept for the next time; undefined if it cannot be had. */
function pythonWithOpenai(): string | undefined {
  const venv = join(PROJECT_ROOT, "cache", "python-agent");
  const python = join(venv, "bin", "python");
  const has = () => existsSync(python) && spawnSync(python, ["-c", "import openai"]).status === 0;
  if (has()) return python;
  spawnSync("python3", ["-m", "venv", venv]);
  spawnSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", OPENAI], { timeout: 120_000 });
  return has() ? python : undefined;
}

describe("the command backpressure, as it is packed, in an empty project", () => {
  test("says what it is, and how to use it", () => {
    expectWellPacked(project);
    const { status, output } = run(project.folder, "npx", ["--no-install", "backpressure", "--help"]);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("sell") });
  });

  test("does not buy from strangers unless it is told to, nor without a budget", () => {
    const buy = (...args: string[]) =>
      run(project.folder, "npx", ["--no-install", "backpressure", "buy", "--network", "local", ...args]);
    const refused = buy("--task-type", "x", "--budget", "5/day");
    expect(refused).toEqual({ status: 2, output: expect.stringContaining("--any-sink") });
    expect(buy("--task-type", "x", "--any-sink")).toEqual({ status: 2, output: "error: --budget: missing\n" });
  });

  test("every option that the guide names is one", () => {
    const commands = ["sell", "buy", "dev", "wrap"];
    const helps = commands.map((command) =>
      run(project.folder, "npx", ["--no-install", "backpressure", command, "--help"]),
    );
    expect(helps.map(({ status }) => status)).toEqual(commands.map(() => 0));
    const known = new Set(["--no-install", ...helps.flatMap(({ output }) => output.match(/--[a-z][a-z-]*/g) ?? [])]);
    const named = readFileSync(join(PROJECT_ROOT, "docs/integrate.md"), "utf8").match(/--[a-z][a-z-]*/g) ?? [];
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((option) => !known.has(option))).toEqual([]);
  });

  test("the guide's server answers the guide's question", async () => {
    const [server = ""] = guide("js");
    project.write(
      "server.mjs",
      server.replace("8000", "0").replace(/\);\n$/, ", function () { console.log(this.address().port); });\n"),
    );
    const running = shell("exec node server.mjs");
    const [, port] = await running.hears(/^(\d+)\n/);
    const question = guide("sh").find((code) => code.startsWith("curl")) ?? "";
    const asked = shell(question, { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
    expect({ code: await asked.ended, said: asked.said }).toEqual({
      code: 0,
      said: expect.stringContaining('"HELLO"'),
    });
    await running.end("SIGTERM");
  });

  // Without python3 there is neither a model server nor an agent in another language.
  describe.skipIf(!hasPython)("an agent in Python buys from a model server in Python", () => {
    let dev: Running;
    let model: Running;
    let modelUrl: string;
    let lines: string[];
    beforeAll(async () => {
      dev = shell("exec npx --no-install backpressure dev --port 0");
      model = shell(`exec python3 '${PYTHON_FOLDER}/model.py'`);
      modelUrl = `http://127.0.0.1:${(await model.hears(/^(\d+)\n/))[1]}`;
      const [pasted] = await dev.hears(/export LOCAL_RPC_URL[\s\S]*Ctrl-C ends/);
      lines = pasted.replace(/\\\n\s*/g, "").split("\n");
      // The guide says what `dev` says.
      const said = guide("sh")
        .join("")
        .replace(/\\\n\s*/g, "")
        .split("\n");
      expect(said.filter((line) => line.includes("--network local"))).toEqual(
        lines.filter((line) => line.startsWith("npx")),
      );
    });

    /** What `dev` has said to paste, with ports of this test. */
    function paste(command: "sell" | "buy", more: string): Running {
      const at = lines.findIndex((line) => line.includes(`backpressure ${command} `));
      const [key = "", typed = ""] = lines.slice(at - 1, at + 1);
      const shared = lines.filter((line) => /^export (LOCAL|DEPLOY|BACKPR)/.test(line));
      expect(key).toMatch(/^export PRIVATE_KEY=/);
      const here = typed.replace("http://127.0.0.1:8000", modelUrl);
      return shell([...shared, key, `exec ${here} ${more}`].join("\n"));
    }

    const variables = async (buy: Running) => {
      const [, url, token] = await buy.hears(/OPENAI_BASE_URL=(\S+) OPENAI_API_KEY=(bp_\S+)/);
      return { OPENAI_BASE_URL: url, OPENAI_API_KEY: token, MODEL_URL: modelUrl };
    };

    test("what `dev` prints is pasted; answers stream; kill -9 changes nothing; everything ends", {
      timeout: 300_000,
    }, async () => {
      const sell = paste("sell", "--listen 0 --port 0 --log-level debug");
      const [, door] = await sell.hears(/"listens":"([^"]+)"[^\n]*"ready"/);
      const buy = paste("buy", "--listen 0 --log-level debug");
      const given = await variables(buy);
      // Before anything streams.
      expect(buy.said).toMatch(/you lose at most 1,000 tokens, .* up to 14\.28\d* of it go to whoever closes/);

      const python = pythonWithOpenai();
      const agent = python === undefined ? "exec python3 plainAgent.py" : `exec '${python}' agent.py`;
      const talk = async (env: NodeJS.ProcessEnv) => {
        const one = shell(`cd '${PYTHON_FOLDER}' && ${agent}`, env);
        return { code: await one.ended, said: one.said };
      };
      const whatItSays = { code: 0, said: "ONE TWO THREE 8\none\ntwo\nthree\n" };
      expect(await talk(given), `${sell.said}${buy.said}`).toEqual(whatItSays);

      // Nobody is told, and the next one goes on with the stream and the token of this one.
      await buy.end("SIGKILL");
      const again = paste("buy", `--listen ${new URL(given.OPENAI_BASE_URL ?? "").port}`);
      expect(await variables(again)).toEqual(given);
      expect(await talk(given), `${sell.said}${again.said}`).toEqual(whatItSays);

      // The guide's own two ways to ask.
      const [code = ""] = guide("python");
      project.write("ask.py", code);
      const curl = guide("sh").find((typed) => typed.startsWith("curl")) ?? "";
      for (const typed of python === undefined ? [curl] : [curl, `exec '${python}' ask.py`]) {
        const asked = shell(typed, given);
        expect({ code: await asked.ended, said: asked.said }).toEqual({
          code: 0,
          said: expect.stringContaining("HELLO"),
        });
      }

      // The seller's own door: what is not sold is not there, and nothing is for nothing.
      const at = (path: string, init?: RequestInit) =>
        fetch(`http://${door}${path}`, init).then(({ status }) => status);
      const unpaid = { method: "POST", body: JSON.stringify({ model: "shout", messages: [] }) };
      expect(await Promise.all([at("/v1/models"), at("/metrics"), at("/v1/chat/completions", unpaid)])).toEqual([
        404, 404, 402,
      ]);

      // The stream ends with who pays for it, and the chain with who runs it.
      await again.end("SIGINT");
      const rpc = /http:\/\/127\.0\.0\.1:\d+/.exec(lines[0] ?? "")?.[0] ?? "";
      expect(await flowRate(rpc)).toBe(0n);
      await sell.end("SIGTERM");
      for (const { said } of [again, sell]) expect(said).toContain('"msg":"stopped"');
      await dev.end("SIGINT");
      await expect(fetch(rpc)).rejects.toThrow();
      const said = [buy, again, sell, dev].map((one) => one.said).join("");
      expect(said).not.toMatch(/did not end well|"level":"error"/);
      expect([buy, again, sell].map((one) => one.said).join("")).not.toMatch(/0x[0-9a-f]{64}/);
      // Neither orders and statements, which begin so in base64, nor the token, which is printed once for people.
      const logs = [buy, again, sell].flatMap((one) => one.said.split("\n")).filter((line) => line.startsWith("{"));
      expect(logs.join("\n")).not.toMatch(/payment-signature|eyJ4NDAy|eyJzdWNj|bp_[0-9a-f]{40}|bearer/i);
    });
  });
});
