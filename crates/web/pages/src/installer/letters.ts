// How large letters on this screen are, and from how far they are read.
//
// Capitals of 5 mm are read from a metre (AS 1319).

import { asked } from '../live';

const MM_PER_M = 5;

/** How high the picture is in millimetres, by `screen_cm` (its height) or by `inches` (its diagonal). */
export function screenMm(width: number, height: number): number | undefined {
  const [cm, inches] = [Number(asked('screen_cm')), Number(asked('inches'))];
  if (cm > 0) return cm * 10;
  return inches > 0 ? (inches * 25.4 * height) / Math.hypot(width, height) : undefined;
}

export interface Letters {
  /** How high a capital is, in pixels of the page. */
  readonly px: number;
  readonly mm: number;
  /** From how many metres it is read. */
  readonly m: number;
}

/** The capitals of what stands there first; nothing if nothing does. */
export function measure(selector: string, mm_per_px: number): Letters | undefined {
  const [place] = [...document.querySelectorAll<HTMLElement>(selector)].sort((a, b) => sizeOf(a) - sizeOf(b));
  const pen = document.createElement('canvas').getContext('2d');
  if (!place || !pen) return undefined;
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(place);
  pen.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  const px = pen.measureText('H').actualBoundingBoxAscent;
  return { px, mm: px * mm_per_px, m: (px * mm_per_px) / MM_PER_M };
}

const sizeOf = (place: HTMLElement): number => parseFloat(getComputedStyle(place).fontSize);
