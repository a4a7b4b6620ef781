import { type RefObject, useEffect, useRef, useState } from "react";

/** The width that an element has on the screen, pixels. */
export function useWidth<element extends HTMLElement>(): [RefObject<element | null>, number] {
  const ref = useRef<element>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
