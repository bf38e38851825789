export interface SampleOwner {
  readonly name: string;
  readonly timeZone: string;
  readonly currency: string;
  /** For a middling hangar, in the owner's currency. */
  readonly nightlyPrice: number;
}

/** The first one's page is shown. The zones differ in all that zones differ in: half and quarter hours, both hemispheres, none at all. */
export const OWNERS: readonly SampleOwner[] = [
  { name: "Hangares Campo de Marte", timeZone: "America/Sao_Paulo", currency: "BRL", nightlyPrice: 420 },
  { name: "Jundiaí Hangar Clube", timeZone: "America/Sao_Paulo", currency: "BRL", nightlyPrice: 260 },
  { name: "Aviação do Rio Negro", timeZone: "America/Manaus", currency: "BRL", nightlyPrice: 310 },
  { name: "Pátio de Noronha", timeZone: "America/Noronha", currency: "BRL", nightlyPrice: 890 },
  { name: "Cascais Hangars", timeZone: "Europe/Lisbon", currency: "EUR", nightlyPrice: 140 },
  { name: "Aeródromo das Flores", timeZone: "Atlantic/Azores", currency: "EUR", nightlyPrice: 75 },
  { name: "Teterboro Sheltered Parking", timeZone: "America/New_York", currency: "USD", nightlyPrice: 510 },
  { name: "Van Nuys Hangar Row", timeZone: "America/Los_Angeles", currency: "USD", nightlyPrice: 380 },
  { name: "Baneshwor Aero", timeZone: "Asia/Kathmandu", currency: "NPR", nightlyPrice: 6_800 },
  { name: "Ardmore Aviation Storage", timeZone: "Pacific/Auckland", currency: "NZD", nightlyPrice: 190 },
  { name: "Lord Howe Airstrip", timeZone: "Australia/Lord_Howe", currency: "AUD", nightlyPrice: 160 },
  { name: "Reykjavík Flugskýli", timeZone: "UTC", currency: "EUR", nightlyPrice: 120 },
];
