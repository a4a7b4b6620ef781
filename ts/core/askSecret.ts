import type { Readable, Writable } from "node:stream";
import { UsageError } from "./errors.ts";

/** A keyboard that can be told not to echo. */
export type Keyboard = Readable & { setRawMode: (raw: boolean) => unknown };

const ENTER = ["\r", "\n"];
const CONTROL_C = "\u0003";
const BACKSPACE = ["\u007f", "\b"];

/**
 * Asks a question and reads the answer without showing it.
 * @throws {UsageError} on Ctrl-C.
 */
export function askSecret(question: string, keyboard: Keyboard, screen: Writable): Promise<string> {
  screen.write(question);
  keyboard.setRawMode(true);
  keyboard.setEncoding("utf8").resume();
  return new Promise((resolve, reject) => {
    let text = "";
    const finish = (action: () => void): void => {
      keyboard.setRawMode(false);
      keyboard.pause().off("data", onData);
      screen.write("\n");
      action();
    };
    function onData(typed: string): void {
      for (const character of typed) {
        if (ENTER.includes(character)) {
          finish(() => resolve(text));
          return;
        }
        if (character === CONTROL_C) {
          finish(() => reject(new UsageError("interrupted")));
          return;
        }
        text = BACKSPACE.includes(character) ? text.slice(0, -1) : text + character;
      }
    }
    keyboard.on("data", onData);
  });
}
