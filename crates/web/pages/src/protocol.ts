// Messages between the daemon and the pages, as the daemon's crate `protocol` defines them.

export type Language = 'ms' | 'en' | 'zh' | 'ta';
export interface Texts { ms: string; en?: string | null; zh?: string | null; ta?: string | null }
export type Audience = 'kiosk' | 'display' | 'counter' | 'supervisor';
export interface Wait { p50_s: number; p90_s: number }
export interface BranchInfo { id: string; name: Texts; simulated_clock: boolean }
export interface ClassView { id: string; name: Texts }
export interface ServiceView { id: string; name: Texts; letters: string; waiting: number; wait?: Wait | null }
export type Place = 'counter' | 'room';
export interface AtCounter { ticket: number; number: string; service: string; serving: boolean; since: string; attempts: number }
export interface CounterView { id: string; place: Place; number: number; open: boolean; services: string[]; current?: AtCounter | null }
export type TicketState = 'waiting' | 'called' | 'serving' | 'parked';
export interface TicketView {
  id: number; number: string; service: string; class: string; language: Language; state: TicketState;
  counter?: string | null; arrived_at: string; due_at: string; since: string;
}
export interface CallView {
  seq: number; at: string; number: string; service: string; language: Language; counter: string;
  place: Place; counter_number: number; attempt: number;
}
export interface TallyView { issued: number; served: number; missed: number; cancelled: number }
export interface BranchView {
  id: string; name: Texts; time_zone: string; day?: string | null; classes: ClassView[]; services: ServiceView[];
  counters: CounterView[]; calls?: CallView[] | null; tickets?: TicketView[] | null; tally?: TallyView | null;
}
export interface ErrorView { code: string; message: Texts; detail?: string | null }
export interface Resume { log: string; seq: number }
export interface Hello { type: 'hello'; audience: Audience; resume?: Resume }
export interface ServiceWait { service: string; wait?: Wait | null }
export type Change =
  | { type: 'ticket'; ticket: TicketView }
  | { type: 'ticket_ended'; ticket: number }
  | { type: 'counter'; counter: CounterView }
  | { type: 'queue'; service: string; waiting: number }
  | { type: 'call'; call: CallView }
  | { type: 'tally'; tally: TallyView }
  | { type: 'reset'; view: BranchView }
  | { type: 'unknown' };
export type ToClient =
  | { type: 'snapshot'; log: string; seq: number; now: string; view: BranchView }
  | { type: 'resumed'; seq: number; now: string }
  | { type: 'entry'; seq: number; prev: number; at: string; changes: Change[] }
  | { type: 'waits'; waits: ServiceWait[] }
  | { type: 'heartbeat'; seq: number; now: string }
  | { type: 'refused'; error: ErrorView }
  | { type: 'unknown' };
export type Command =
  | { type: 'issue_ticket'; service: string; class?: string; language: Language }
  | { type: 'call_next'; counter: string }
  | { type: 'recall' | 'start_serving' | 'finish' | 'no_show' | 'park'; counter: string; ticket: number }
  | { type: 'transfer'; counter: string; ticket: number; service: string }
  | { type: 'resume' | 'cancel_ticket'; ticket: number }
  | { type: 'open_counter' | 'close_counter'; counter: string }
  | { type: 'choose_services'; counter: string; services: string[] };
export type Outcome =
  | { type: 'issued'; ticket: number; number: string; service: string; ahead: number; wait?: Wait | null }
  | { type: 'called'; ticket: number; number: string; service: string; language: Language; attempt: number }
  | { type: 'done' };
export interface CommandAnswer { seq: number; outcome: Outcome }
