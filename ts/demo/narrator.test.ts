import { describe, expect, test } from "vitest";
import type { Conduct, Frame } from "./frame.ts";
import { Narrator } from "./narrator.ts";
import { DYING, LIAR, STAGES } from "./scenario.ts";
import { someFrame } from "./someFrame.ts";

type Differs = { paid?: number; does?: Conduct; owes?: number; returned?: number; slashed?: number; price?: number };

/** A moment at which one agent differs from the others. */
function look(at: number, { stage, agent }: { stage: number; agent: number } = DYING, differs: Differs = {}): Frame {
  const { paid = 900, does = "honest", owes = 0, returned = 0, slashed = 0, price = 0.7 } = differs;
  const frame = someFrame(at);
  const only = <value>(all: readonly value[], index: number, mine: value): value[] =>
    all.map((other, each) => (index === stage && each === agent ? mine : other));
  return {
    ...frame,
    sample: {
      at,
      stages: frame.sample.stages.map((each, index) => ({
        ...{ ...each, returned, price: index === stage ? price : 0.5 },
        sinks: only(each.sinks, index, paid),
        slashed: only(
          each.slashed.map(() => 0),
          index,
          slashed,
        ),
      })),
    },
    stages: frame.stages.map((each, index) => ({
      ...each,
      conduct: only(each.conduct, index, does),
      verifiedBacklog: only(each.verifiedBacklog, index, owes),
    })),
  };
}

/** What is told of the last of these moments. */
function told(...looks: Frame[]): string[] {
  const narrator = new Narrator();
  return looks.map((each) => narrator.tell(each).map(({ text }) => text)).at(-1) ?? [];
}

describe("what happens to an agent", () => {
  const alive = look(885);
  const dead = (at: number, differs: Differs = {}) => look(at, DYING, { does: "dead", ...differs });

  test("its death is told once, at the beginning of the slot, with a mark for the charts", () => {
    const narrator = new Narrator();
    narrator.tell(alive);
    expect(narrator.tell(dead(902))).toEqual([
      { at: 900, text: "Atlas, the largest summariser, dies silently: nobody is told", mark: "Atlas dies" },
    ]);
    expect(narrator.tell(dead(917))).toEqual([]);
  });

  test("then that its last signal has expired, five minutes later", () => {
    expect(told(alive, dead(900), dead(1185), dead(1202))).toEqual([
      "Atlas's last signal has expired: its capacity now shrinks by 30 % a minute",
    ]);
  });

  test("that it is paid nothing any more, and who is paid instead", () => {
    const [nothing, instead] = told(alive, dead(900), dead(1500, { paid: 3 }), dead(1515, { paid: 0 }));
    expect(nothing).toBe("Atlas is paid nothing any more");
    expect(instead).toMatch(/^of the pay of summarise, Brief now gets 61 %, Gist 38 %$/);
  });

  test("that it is back, and is paid again", () => {
    const narrator = new Narrator();
    for (const each of [alive, dead(900), dead(1500, { paid: 3 }), dead(1515, { paid: 0 })]) narrator.tell(each);
    expect(narrator.tell(look(2160, DYING, { paid: 0 }))).toEqual([
      { at: 2160, text: "Atlas is back: it serves and signals again", mark: "Atlas is back" },
    ]);
    expect(narrator.tell(look(2175, DYING, { paid: 5 }))).toMatchObject([
      { text: /^Atlas is paid again/, detail: true },
    ]);
  });

  test("an agent that is alive may be paid nothing", () => {
    expect(told(look(300, DYING, { paid: 3 }), look(315, DYING, { paid: 0 }))).toEqual([]);
  });

  test("a lie, and what receipts say of it", () => {
    const lies = (at: number, owes: number) => look(at, LIAR, { does: "lies", owes });
    expect(told(look(300, LIAR), lies(315, 0))).toEqual([expect.stringMatching(/^Gist begins to lie/)]);
    expect(told(look(300, LIAR), lies(315, 0), lies(330, 200_000))).toEqual([
      expect.stringMatching(/^receipts for Gist's pay are missing/),
    ]);
    expect(told(lies(300, 0), lies(330, 200_000), lies(345, 190_000))).toEqual([]);
    expect(told(lies(300, 0), lies(330, 200_000), lies(345, 10_000))).toEqual([
      "Gist owes little any more: its own signal counts again",
    ]);
    expect(told(lies(300, 0), look(315, LIAR))).toEqual(["Gist tells the truth again"]);
  });

  test("who is slashed and how much, once", () => {
    const slashed = (at: number, tokens: number) => look(at, DYING, { slashed: tokens });
    expect(told(slashed(1500, 100_000), slashed(1515, 580_000))).toEqual([
      expect.stringMatching(/^Atlas is slashed: 0\.48 USDCx/),
    ]);
    expect(told(slashed(1515, 580_000), slashed(1530, 580_000))).toEqual([]);
  });
});

describe("what happens to everybody", () => {
  test.each([
    [1, 2, "demand doubles"],
    [2, 1, "demand halves"],
    [1, 3, "demand is 3 × the plan"],
  ])("demand from %d to %d: %s", (before, now, text) => {
    expect(told({ ...look(300), demand: before }, { ...look(315), demand: now })).toEqual([text]);
  });

  test("a full escrow, once for each stage", () => {
    const texts = told(look(300), look(315, DYING, { returned: 5 }));
    expect(texts).toEqual(STAGES.map(({ name }) => expect.stringMatching(`^the escrow of ${name} is full`)));
    expect(told(look(300), look(315, DYING, { returned: 5 }), look(330, DYING, { returned: 9 }))).toEqual([]);
  });

  test("a full stage, not again for ten minutes, and not while a jump waits to be confirmed", () => {
    const full = (at: number) => look(at, DYING, { price: 1 });
    expect(told(full(300))).toEqual([]);
    expect(told(full(315))).toEqual([expect.stringMatching(/^summarise is full/)]);
    expect(told(full(315), full(330))).toEqual([]);
    expect(told(full(315), full(930))).toEqual([expect.stringMatching(/^summarise is full/)]);
  });
});
