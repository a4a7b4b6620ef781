import { db } from "ponder:api";
import schema from "ponder:schema";
import { Hono } from "hono";
import { client, graphql, sql } from "ponder";

// The embedded database is one session, which Ponder writes to statement by statement, and each would wait for the disk and
// tell of itself at length. Written later, in order, a crash costs the latest statements and leaves what came before them
// whole; what is missing then is asked for again. This is loaded before anything is indexed.
if (!process.env.DATABASE_URL) {
  for (const [name, value] of [
    ["synchronous_commit", "off"],
    ["client_min_messages", "warning"],
    ["log_min_messages", "fatal"],
  ]) {
    await db.execute(sql.raw(`SET ${name} = ${value}`));
  }
}

const app = new Hono();

// Read-only, both: Ponder lets no other statement through.
app.use("/sql/*", client({ db, schema }));
app.use("/", graphql({ db, schema }));
app.use("/graphql", graphql({ db, schema }));

export default app;
