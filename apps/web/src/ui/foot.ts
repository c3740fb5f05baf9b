/**
 * The lower edge of the page: what stands there (a composer, a phone's bar) says how much of it is taken, so that
 * notices stand above it and not over what somebody types.
 */
const taken = new Map<Element, number>();

function tell(): void {
  document.documentElement.style.setProperty('--chaski-foot', `${Math.max(0, ...taken.values())}px`);
}

/** A ref for what stands at the lower edge. */
export function atFoot(element: HTMLElement | null): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(() => {
    const { top, height } = element.getBoundingClientRect();
    // One that is not shown takes nothing.
    taken.set(element, height === 0 ? 0 : window.innerHeight - top);
    tell();
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
    taken.delete(element);
    tell();
  };
}
