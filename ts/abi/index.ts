/** The contracts' ABIs, as const; generated from the build by `npm run abi`, never edited. */
export * from "./generated.ts";
