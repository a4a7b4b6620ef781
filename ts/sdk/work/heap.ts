/** A binary heap: `pop` gives the item that comes before all others. */
export class Heap<item> {
  #items: item[] = [];

  /** @param before Whether the first item comes out before the second; never true both ways round. */
  constructor(readonly before: (a: item, b: item) => boolean) {}

  get size(): number {
    return this.#items.length;
  }

  peek(): item | undefined {
    return this.#items[0];
  }

  push(item: item): void {
    const items = this.#items;
    let index = items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.before(item, items[parent] as item)) break;
      items[index] = items[parent] as item;
      index = parent;
    }
    items[index] = item;
  }

  pop(): item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0) this.#sink(last as item);
    return first;
  }

  /** Puts an item where the first was, and lets it sink to its place. */
  #sink(item: item): void {
    const items = this.#items;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.before(items[child + 1] as item, items[child] as item)) child += 1;
      if (!this.before(items[child] as item, item)) break;
      items[index] = items[child] as item;
      index = child;
    }
    items[index] = item;
  }
}
