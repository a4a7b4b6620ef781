/** What can be in a heap: it knows its place there, −1 for none, so that it can leave from the middle. */
export type Placed = { at: number };

/** A binary heap: `peek` gives the item that comes before all others. An item is in one heap at most. */
export class Heap<item extends Placed> {
  readonly #items: item[] = [];

  /** @param before Whether the first item comes out before the second; never true both ways round. */
  constructor(readonly before: (a: item, b: item) => boolean) {}

  get size(): number {
    return this.#items.length;
  }

  peek(): item | undefined {
    return this.#items[0];
  }

  push(item: item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes out an item that is in this heap. */
  remove(item: item): void {
    const last = this.#items.pop() as item;
    const at = item.at;
    item.at = -1;
    if (last === item) return;
    this.#sink(last, at);
    this.#rise(last, last.at);
  }

  #rise(item: item, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#items[parent] as item;
      if (!this.before(item, above)) break;
      this.#put(above, index);
      index = parent;
    }
    this.#put(item, index);
  }

  #sink(item: item, from: number): void {
    const items = this.#items;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.before(items[child + 1] as item, items[child] as item)) child += 1;
      if (!this.before(items[child] as item, item)) break;
      this.#put(items[child] as item, index);
      index = child;
    }
    this.#put(item, index);
  }

  #put(item: item, index: number): void {
    this.#items[index] = item;
    item.at = index;
  }
}
