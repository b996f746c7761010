// Messages between the daemon and the pages, under the names that the pages use. The types are generated
// from the daemon's own description, `docs/openapi.json`, by `npm run types`.

import type { Error as ErrorView, Hello as HelloBody, PhoneTicket as PhoneTicketBody, UrgentView } from './protocol.generated';

export type {
  Actor,
  AnnouncementView,
  AnnouncingView,
  Audience,
  Audit,
  AuditLine,
  BranchInfo,
  BranchView,
  CallView,
  Change,
  ClassView,
  Command,
  CommandAnswer,
  CounterView,
  DayView,
  DeviceKind,
  DeviceView,
  FairOrder,
  FairOrderRecord,
  Grant,
  GroupView,
  HallCode,
  HealthView,
  HourView,
  Icon,
  Language,
  Me,
  MediaView,
  MediumView,
  MissedView,
  NoticeView,
  OpeningView,
  Outcome,
  OutcomeView,
  Pairing,
  PairingOffer,
  PauseReason,
  PendingDevice,
  PersonView,
  PhonePlace,
  PhoneServices,
  Report,
  ReportView,
  RecordingKept,
  Role,
  RulesChecked,
  RulesInForce,
  SentencesView,
  ServiceView,
  Texts,
  TicketState,
  TicketView,
  ToClient,
  TroubleView,
  UrgentView,
  Wait,
} from './protocol.generated';

export type { ErrorView };

/** The first message on a link. The description leaves out the word that says which message it is. */
export type Hello = HelloBody & { type: 'hello' };

/** A visitor's ticket; what is urgent in the office comes with it from a daemon that tells phones of it. */
export type PhoneTicket = PhoneTicketBody & { urgent?: UrgentView[] };
