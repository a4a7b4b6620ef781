import { createContext, useContext } from "react";
import type { Config } from "./config.ts";

export const ConfigContext = createContext<Config | undefined>(undefined);

/** What the page looks at. */
export function useConfig(): Config {
  const config = useContext(ConfigContext);
  if (config === undefined) throw new Error("no configuration");
  return config;
}
