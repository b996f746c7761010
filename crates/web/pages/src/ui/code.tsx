// A QR code, drawn as one path: dark on white in every theme, as cameras want it. What it leads to is said beside it.

import { encode } from 'uqr';

/** White on each side, in modules, as the standard asks. */
const QUIET = 4;

export function Code({ text }: { text: string }) {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges" aria-hidden="true">
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path fill="#000" d={path} />
    </svg>
  );
}
