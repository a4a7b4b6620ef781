import type { Summary } from "./summary.ts";

/** The summary of a run that went well. */
export function someSummary(differs: Partial<Summary> = {}): Summary {
  const money = {
    streamedWei: "51583160112233445566",
    slashedWei: "1143973888114024230",
    receivedWei: "41263648000000000000",
    escrowWei: "2726012000000000000",
    returnedWei: "7593500112224301961",
    feeWei: "0",
  };
  return {
    conserved: true,
    ...money,
    dustWei: "9143605",
    maxFlowPerUnitOverQ: 0.99997,
    maxFlowPerUnitOverQUnconfirmed: 2.2,
    deadSinkShareBefore: 0.444,
    deadSinkShareAfter: 0.002,
    dyingSinkSlashedWei: "437119271883455966",
    liarRateOverTrueRate: 0.998,
    deadSinkSlashedWei: "706854616230568264",
    deadSinkSlashes: 2,
    honestSlashes: 0,
    arrivedRequests: 29_502,
    servedRequests: 20_306,
    turnedAwayRequests: 6705,
    waitingRequests: 2491,
    medianLatencySeconds: 328,
    stages: ["transcribe", "summarise", "report"].map((name) => {
      return { name, demandedTokens: 33_998_717, servedTokens: 23_472_252, ...money };
    }),
    transactions: 1782,
    minutes: 60,
    seed: 1,
    trace: null,
    report: "out/report.html",
    counterfactual: null,
    violations: [],
    ...differs,
  };
}
