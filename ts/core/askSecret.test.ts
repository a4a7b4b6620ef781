import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { askSecret } from "./askSecret.ts";

function typewriter() {
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => modes.push(raw) });
  const screen = new PassThrough().setEncoding("utf8");
  return { keyboard, screen, modes, answer: askSecret("Password: ", keyboard, screen) };
}

test("what is typed is read and never shown", async () => {
  const { keyboard, screen, modes, answer } = typewriter();
  for (const typed of ["hunx", "\u007f", "ter2", "\r"]) keyboard.write(typed);
  expect(await answer).toBe("hunter2");
  expect(screen.read()).toBe("Password: \n");
  expect(modes).toEqual([true, false]);
});

test("Ctrl-C gives up, and the keyboard echoes again", async () => {
  const { keyboard, modes, answer } = typewriter();
  keyboard.write("hun\u0003");
  await expect(answer).rejects.toThrow("interrupted");
  expect(modes).toEqual([true, false]);
});
