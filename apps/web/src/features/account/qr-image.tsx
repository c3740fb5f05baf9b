import { qrCode } from './qr.ts';

/** One path of unit squares on white, whatever the theme: cameras want dark on light, and four squares of margin. */
export function QrImage({ text, label }: { text: string; label: string }) {
  const grid = qrCode(text);
  const size = grid.length + 8;
  const path = grid
    .flatMap((row, y) => row.map((on, x) => (on ? `M${x + 4} ${y + 4}h1v1h-1z` : '')))
    .join('');
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={200} height={200} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" rx={2} />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
