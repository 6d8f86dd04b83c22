/**
 * The types of the window, as the features use them. The generator writes every float as
 * `number | null` because JSON has no NaN; Cabinet never sends one, so the null is taken away here.
 */
import type * as wire from './bindings';

export type Solid<T> = [T] extends [null]
  ? null
  : [T] extends [number | null]
    ? number
    : T extends (infer Item)[]
      ? Solid<Item>[]
      : T extends object
        ? { [Key in keyof T]: Key extends ReallyOptional ? T[Key] : Solid<T[Key]> }
        : T;

/** The numbers that may be absent: nothing to estimate from, no such bound, nothing to count, nothing repeated. */
type ReallyOptional = 'secondsLeft' | 'before' | 'from' | 'until' | 'count' | 'repeats' | Escalated;
type Escalated = 'bytesReceived' | 'priceIn' | 'priceOut';

export type AppState = Solid<wire.AppState>;
export type AssistantEvent = Solid<wire.AssistantEvent>;
export type AuditEntry = Solid<wire.AuditEntry>;
export type AuditFilter = Solid<wire.AuditFilter>;
export type BackupContents = Solid<wire.BackupContents>;
export type BackupMade = Solid<wire.BackupMade>;
export type CabinetRestored = Solid<wire.CabinetRestored>;
export type BackupProgress = Solid<wire.BackupProgress>;
export type BackupRow = Solid<wire.BackupRow>;
export type Citation = Solid<wire.Citation>;
export type Claim = Solid<wire.Claim>;
export type Coverage = Solid<wire.Coverage>;
export type DocumentRow = Solid<wire.DocumentRow>;
export type EscalationOffer = Solid<wire.EscalationOffer>;
export type EscalationView = Solid<wire.EscalationView>;
export type ExportFormat = wire.ExportFormat;
export type Folder = Solid<wire.Folder>;
export type Followed = Solid<wire.FollowedRow>;
export type Grounded = Solid<wire.Grounded>;
export type Hit = Solid<wire.Hit>;
export type ImportReport = Solid<wire.ImportReport>;
export type JobRow = Solid<wire.JobRow>;
export type JobsView = Solid<wire.JobsView>;
export type MadeRow = Solid<wire.MadeRow>;
export type KeychainView = Solid<wire.KeychainView>;
export type KnownModel = Solid<wire.KnownModelRow>;
export type ModelProgress = Solid<wire.ModelProgress>;
export type DeclinedRow = Solid<wire.DeclinedRow>;
export type KeepLabel = wire.KeepLabel;
export type Labelled = Solid<wire.Labelled>;
export type LedgerRow = Solid<wire.LedgerRow>;
export type ModelRow = Solid<wire.ModelRow>;
export type Note = Solid<wire.Note>;
export type NoteRow = Solid<wire.NoteRow>;
export type NoteVersion = Solid<wire.NoteVersion>;
export type OfferRule = wire.OfferRule;
export type OutsideAnswer = Solid<wire.OutsideAnswer>;
export type PageScan = Solid<wire.PageScan>;
export type PageText = Solid<wire.PageText>;
export type PayloadRequest = wire.PayloadRequest;
export type PayloadRevision = Solid<wire.PayloadRevision>;
export type PreparedPayload = Solid<wire.PreparedPayload>;
export type PrivacyReport = Solid<wire.PrivacyReport>;
export type Replacement = Solid<wire.Replacement>;
export type SpokenProtocol = wire.SpokenProtocol;
export type TextRange = Solid<wire.Range>;
export type RecoveryCode = Solid<wire.RecoveryCode>;
export type SearchRequest = wire.SearchRequest;
export type SearchResults = Solid<wire.SearchResults>;
export type Settings = Solid<wire.Settings>;
export type Stage = wire.Stage;
export type Strength = Solid<wire.Strength>;
export type SummaryStyle = wire.SummaryStyle;
export type Typed = wire.Typed;
export type TypedSource = wire.TypedSource;
export type UiError = wire.UiError;
export type Verdict = wire.Verdict;
export type VerifyReport = Solid<wire.VerifyReport>;
export type WriterSpeed = Solid<wire.WriterSpeedRow>;
export type Why = wire.Why;
export type WritingTask = wire.WritingTask;
