import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** The width that an element has on the screen, pixels. */
export function useWidth<element extends HTMLElement>(): [RefObject<element | null>, number] {
  const ref = useRef<element>(null);
  const [width, setWidth] = useState(0);
  // Before the first picture is drawn: what is drawn without a width is empty.
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
