import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** The width that an element has on the screen, pixels. */
export function useWidth<element extends HTMLElement>(): [RefObject<element | null>, number] {
  const ref = useRef<element>(null);
  const [width, setWidth] = useState(0);
  // Before the first picture is drawn: what is drawn without a width is empty.
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    // While the window changes its size an element may have none for a moment; what is drawn stays until then.
    const measure = (): void => setWidth((before) => Math.floor(element.clientWidth) || before);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
