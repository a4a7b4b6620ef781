import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect } from "vitest";
import { PROJECT_ROOT } from "../core/projectRoot.ts";

const TYPESCRIPT = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

export type Ended = { status: number | null; output: string };

/** Runs a program of npm's or of a package, and returns what it printed. */
export function run(folder: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, npm_config_offline: "true", npm_config_loglevel: "error", ...env },
  });
  return { status, output: stdout + stderr };
}

const projects: string[] = [];
afterAll(() => projects.forEach((project) => void rmSync(project, { recursive: true, force: true })));

/** A project that has nothing but a package, as npm packs it, and what that depends on. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "backpressure-package-"));
  readonly installed: string;

  constructor(readonly name: string) {
    projects.push(this.folder);
    const packed = run(PROJECT_ROOT, "npm", ["pack", "--workspace", name, "--pack-destination", this.folder]);
    expect(packed).toMatchObject({ status: 0 });
    const [tarball = ""] = readdirSync(this.folder).filter((file) => file.endsWith(".tgz"));

    const modules = join(this.folder, "node_modules");
    this.installed = join(modules, name);
    mkdirSync(this.installed, { recursive: true });
    const unpacked = run(this.folder, "tar", ["-xzf", tarball, "--strip-components=1", "-C", this.installed]);
    expect(unpacked).toMatchObject({ status: 0 });
    // What npm would install with it, and nothing else: a dependency that is not declared is not found.
    const { dependencies, peerDependencies } = this.manifest;
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      mkdirSync(dirname(join(modules, dependency)), { recursive: true });
      symlinkSync(join(PROJECT_ROOT, "node_modules", dependency), join(modules, dependency));
    }
    for (const [command, file] of Object.entries<string>(this.manifest.bin ?? {})) this.link(command, file);
    this.write("package.json", JSON.stringify({ name: "integrator", type: "module" }));
    const compilerOptions = { module: "nodenext", target: "es2022", lib: ["es2022", "dom"], strict: true, types: [] };
    this.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: false } }));
  }

  /** As npm does with a package's programs. */
  private link(command: string, file: string): void {
    const bin = join(this.folder, "node_modules", ".bin");
    mkdirSync(bin, { recursive: true });
    chmodSync(join(this.installed, file), 0o755);
    symlinkSync(join(this.installed, file), join(bin, command));
  }

  get manifest() {
    return JSON.parse(this.read("package.json"));
  }

  /** Of the package. */
  read(file: string): string {
    return readFileSync(join(this.installed, file), "utf8");
  }

  /** Into the project. */
  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  typeCheck(): Ended {
    return run(this.folder, process.execPath, [TYPESCRIPT, "--noEmit", "--pretty", "false"]);
  }

  /** Runs a script of the project. */
  evaluate(script: string): Ended {
    this.write("script.js", script);
    return run(this.folder, process.execPath, ["script.js"]);
  }

  /** Blocks of TypeScript in the package's README. */
  readmeExamples(): string[] {
    return [...this.read("README.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  }
}

/** It says what it is and where it comes from, and has nothing of this checkout. */
export function expectWellPacked(project: Project): void {
  const { name } = project;
  expect(project.manifest).toMatchObject({
    name,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    description: expect.stringMatching(/.{20}/),
    license: "MIT",
    type: "module",
    engines: { node: ">=20" },
    keywords: expect.arrayContaining(["superfluid"]),
    homepage: expect.stringMatching(/^https:/),
    repository: { type: "git", directory: `ts/${name.split("/")[1]}` },
  });
  const files = readdirSync(project.installed).filter((file) => file !== "deployments");
  expect(files.sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  const records = existsSync(join(project.installed, "deployments"))
    ? readdirSync(join(project.installed, "deployments"))
    : [];
  expect(records.filter((record) => !/^\d+\.json$/.test(record) || record === "31337.json")).toEqual([]);
  const links = [...project.read("README.md").matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !link.startsWith("https://"))).toEqual([]);
}
