import { rmSync } from "node:fs";

/**
 * Does something with a file or folder that is removed afterwards, also if the process ends meanwhile.
 * @param path Absolute.
 */
export async function withTemporary<result>(path: string, action: () => Promise<result>): Promise<result> {
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await action();
  } finally {
    remove();
    process.off("exit", remove);
  }
}
