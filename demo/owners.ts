export interface SampleOwner {
  readonly name: string;
  readonly timeZone: string;
  readonly currency: string;
  /** For a middling hangar, in the owner's currency. */
  readonly nightlyPrice: number;
  /** In which it writes with its guests. */
  readonly language: "pt" | "en";
}

/** The first one's page is shown. The zones differ in all that zones differ in: half and quarter hours, both hemispheres, none at all. */
export const OWNERS: readonly SampleOwner[] = [
  {
    name: "Hangares Campo de Marte",
    timeZone: "America/Sao_Paulo",
    currency: "BRL",
    nightlyPrice: 420,
    language: "pt",
  },
  { name: "Jundiaí Hangar Clube", timeZone: "America/Sao_Paulo", currency: "BRL", nightlyPrice: 260, language: "pt" },
  { name: "Aviação do Rio Negro", timeZone: "America/Manaus", currency: "BRL", nightlyPrice: 310, language: "pt" },
  { name: "Pátio de Noronha", timeZone: "America/Noronha", currency: "BRL", nightlyPrice: 890, language: "pt" },
  { name: "Cascais Hangars", timeZone: "Europe/Lisbon", currency: "EUR", nightlyPrice: 140, language: "pt" },
  { name: "Aeródromo das Flores", timeZone: "Atlantic/Azores", currency: "EUR", nightlyPrice: 75, language: "pt" },
  {
    name: "Teterboro Sheltered Parking",
    timeZone: "America/New_York",
    currency: "USD",
    nightlyPrice: 510,
    language: "en",
  },
  { name: "Van Nuys Hangar Row", timeZone: "America/Los_Angeles", currency: "USD", nightlyPrice: 380, language: "en" },
  { name: "Baneshwor Aero", timeZone: "Asia/Kathmandu", currency: "NPR", nightlyPrice: 6_800, language: "en" },
  {
    name: "Ardmore Aviation Storage",
    timeZone: "Pacific/Auckland",
    currency: "NZD",
    nightlyPrice: 190,
    language: "en",
  },
  { name: "Lord Howe Airstrip", timeZone: "Australia/Lord_Howe", currency: "AUD", nightlyPrice: 160, language: "en" },
  { name: "Reykjavík Flugskýli", timeZone: "UTC", currency: "EUR", nightlyPrice: 120, language: "en" },
];
