/** `npm run test:sim` runs everything; `npm test` a short version of what takes long. */
export const FULL = process.env.SIM_TESTS === "full";
