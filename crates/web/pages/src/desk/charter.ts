// How a time stands against what the office promises.

export type Level = 'within' | 'nearly' | 'over';

/** From which part of the promised time on it is nearly over. */
const NEARLY = 0.8;

export const levelOf = (spent_s: number, promised_s: number): Level =>
  spent_s > promised_s ? 'over' : spent_s >= NEARLY * promised_s ? 'nearly' : 'within';
