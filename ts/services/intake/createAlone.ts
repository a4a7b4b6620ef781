import type { Pool } from "pg";

/** Any number, the same for all replicas. */
const CREATING = 7_040_113;

/**
 * Creates tables while no other replica does: two `CREATE TABLE IF NOT EXISTS` at the same time can both find none, and then
 * one of them fails.
 * @throws What `create` throws, or that the database does not answer.
 */
export async function createAlone<made>(pool: Pool, create: () => Promise<made>): Promise<made> {
  const connection = await pool.connect();
  try {
    await connection.query(`SELECT pg_advisory_lock(${CREATING})`);
    return await create();
  } finally {
    // The lock ends with its connection, in whatever state that is.
    connection.release(true);
  }
}
