import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root: where `foundry.toml` is. */
export const PROJECT_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
