type Node<item> = {
  item: item;
  /** Of all in this part of the tree, the one that comes before the others. */
  first: item;
  /** Never below those of its children, and without order otherwise: that keeps the tree shallow. */
  priority: number;
  left: Node<item> | undefined;
  right: Node<item> | undefined;
};

/**
 * Items that have room, and which of those with enough of it comes first; all in logarithmic time. A treap in the order of
 * room. What it gives does not depend on its shape.
 */
export class RoomTree<item> {
  #root: Node<item> | undefined;
  #seed = 1;

  /**
   * @param roomOf An item's room, which does not change while it is in the tree.
   * @param before Whether the first item comes before the second; never true both ways round.
   */
  constructor(
    readonly roomOf: (item: item) => bigint,
    readonly before: (a: item, b: item) => boolean,
  ) {}

  add(item: item): void {
    // Any sequence without a pattern will do, and this one is the same each time.
    this.#seed = Math.imul(this.#seed, 1_664_525) + 1_013_904_223;
    this.#root = this.#added(
      { item, first: item, priority: this.#seed, left: undefined, right: undefined },
      this.#root,
    );
  }

  /** Takes out an item that is in the tree. */
  remove(item: item): void {
    this.#root = this.#removed(item, this.#root);
  }

  /** The item that comes before all others with so much room. */
  first(room: bigint): item | undefined {
    let first: item | undefined;
    let node = this.#root;
    while (node !== undefined) {
      if (this.roomOf(node.item) < room) node = node.right;
      else {
        first = this.#better(this.#better(first, node.item), node.right?.first);
        node = node.left;
      }
    }
    return first;
  }

  #added(fresh: Node<item>, node: Node<item> | undefined): Node<item> {
    if (node === undefined) return fresh;
    const side = this.#isLess(fresh.item, node.item) ? "left" : "right";
    const child = this.#added(fresh, node[side]);
    if (child.priority <= node.priority) return this.#with(node, side, child);
    // The child takes the place of its parent.
    const other = side === "left" ? "right" : "left";
    return this.#with(child, other, this.#with(node, side, child[other]));
  }

  #removed(item: item, node: Node<item> | undefined): Node<item> | undefined {
    if (node === undefined) return undefined;
    if (node.item === item) return this.#joined(node.left, node.right);
    const side = this.#isLess(item, node.item) ? "left" : "right";
    return this.#with(node, side, this.#removed(item, node[side]));
  }

  #joined(left: Node<item> | undefined, right: Node<item> | undefined): Node<item> | undefined {
    if (left === undefined || right === undefined) return left ?? right;
    if (left.priority > right.priority) return this.#with(left, "right", this.#joined(left.right, right));
    return this.#with(right, "left", this.#joined(left, right.left));
  }

  #with(node: Node<item>, side: "left" | "right", child: Node<item> | undefined): Node<item> {
    node[side] = child;
    node.first = this.#better(this.#better(node.item, node.left?.first), node.right?.first) as item;
    return node;
  }

  #isLess(a: item, b: item): boolean {
    const [roomOfA, roomOfB] = [this.roomOf(a), this.roomOf(b)];
    return roomOfA === roomOfB ? this.before(a, b) : roomOfA < roomOfB;
  }

  #better(a: item | undefined, b: item | undefined): item | undefined {
    return a === undefined || (b !== undefined && this.before(b, a)) ? b : a;
  }
}
