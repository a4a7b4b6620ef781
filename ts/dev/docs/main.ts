import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { asProgram } from "../asProgram.ts";
import { ERRORS_PAGE, errorsPage } from "./errors.ts";

await asProgram(import.meta.url, "docs:errors", async () => {
  writeFileSync(join(PROJECT_ROOT, ERRORS_PAGE), errorsPage());
});
