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

/** The one float that may be absent: there is nothing to estimate from at first. */
type ReallyOptional = 'secondsLeft';

export type AppState = Solid<wire.AppState>;
export type AssistantEvent = Solid<wire.AssistantEvent>;
export type AuditEntry = Solid<wire.AuditEntry>;
export type Citation = Solid<wire.Citation>;
export type Claim = Solid<wire.Claim>;
export type Coverage = Solid<wire.Coverage>;
export type DocumentRow = Solid<wire.DocumentRow>;
export type ExportFormat = wire.ExportFormat;
export type Folder = Solid<wire.Folder>;
export type Grounded = Solid<wire.Grounded>;
export type Hit = Solid<wire.Hit>;
export type JobRow = Solid<wire.JobRow>;
export type JobsView = Solid<wire.JobsView>;
export type ModelRow = Solid<wire.ModelRow>;
export type Note = Solid<wire.Note>;
export type NoteRow = Solid<wire.NoteRow>;
export type NoteVersion = Solid<wire.NoteVersion>;
export type PageText = Solid<wire.PageText>;
export type PrivacyReport = Solid<wire.PrivacyReport>;
export type TextRange = Solid<wire.Range>;
export type RecoveryCode = Solid<wire.RecoveryCode>;
export type SearchRequest = wire.SearchRequest;
export type SearchResults = Solid<wire.SearchResults>;
export type Settings = Solid<wire.Settings>;
export type Stage = wire.Stage;
export type Strength = Solid<wire.Strength>;
export type SummaryStyle = wire.SummaryStyle;
export type UiError = wire.UiError;
export type Verdict = wire.Verdict;
export type Why = wire.Why;
