import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { Heap } from "./heap.ts";
import { RoomTree } from "./roomTree.ts";

type Item = { name: number; room: bigint; key: bigint; at: number };

const before = (a: Item, b: Item): boolean => (a.key === b.key ? a.name < b.name : a.key > b.key);
const firstOf = (items: readonly Item[]) => [...items].sort((a, b) => (before(a, b) ? -1 : 1))[0];

test("heap and tree give what a search through everything would, whatever came and went", () => {
  const random = new Random(11n);
  const [heap, tree] = [new Heap<Item>(before), new RoomTree<Item>(({ room }) => room, before)];
  const items: Item[] = [];
  for (let name = 0; name < 2000; name++) {
    // They become some hundreds and hardly any again, twice.
    const comes = random.between(1n, 10n) <= (name % 1000 < 500 ? 7n : 3n);
    if (comes || items.length === 0) {
      const item = { name, room: random.between(1n, 50n), key: random.between(1n, 50n), at: -1 };
      items.push(item);
      heap.push(item);
      tree.add(item);
    } else {
      const [item] = items.splice(Number(random.between(0n, BigInt(items.length - 1))), 1) as [Item];
      heap.remove(item);
      tree.remove(item);
      expect(item.at).toBe(-1);
    }
    expect(heap.size).toBe(items.length);
    expect(heap.peek()).toBe(firstOf(items));
    const room = random.between(0n, 52n);
    expect(tree.first(room)).toBe(firstOf(items.filter((item) => item.room >= room)));
  }
});

test("a choice among many more takes hardly longer: the tree stays shallow", () => {
  const compared = (count: number): number => {
    let comparisons = 0;
    const tree = new RoomTree<bigint>(
      (room) => room,
      (a, b) => {
        comparisons += 1;
        return a < b;
      },
    );
    // In order, which is the worst for a tree that does not balance itself.
    for (let room = 0n; room < BigInt(count); room++) tree.add(room);
    comparisons = 0;
    for (let room = 0n; room < BigInt(count); room += 7n) tree.first(room);
    return comparisons / (count / 7);
  };
  expect(compared(10_000)).toBeLessThan(3 * compared(100));
});
