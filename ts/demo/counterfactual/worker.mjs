// A worker does not inherit the loader that lets its parent run TypeScript as it stands.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
