/** Zones whose midnights, days or offsets have misled programs. */
export const HARD_ZONES = [
  "America/Havana", // two midnights every autumn, none every spring
  "Atlantic/Azores", // the same
  "Australia/Lord_Howe", // clocks move by half an hour
  "Asia/Kathmandu",
  "Pacific/Kiritimati", // no 1994-12-31
  "Africa/Casablanca", // clocks go back for Ramadan
  "America/New_York",
  "Pacific/Apia", // no 2011-12-30
  "UTC",
] as const;

/** Where the clock starts: near days on which one of these zones does something odd, or many do something usual. */
export const ERAS = [
  "2011-12-28T06:00:00Z", // Apia skips a day, then every zone's year ends
  "2025-10-24T15:00:00Z", // the Azores, then Havana and New York go back; every zone's month ends
  "2026-03-06T09:00:00Z", // Havana and New York go forward, then Casablanca twice
  "2026-04-03T22:00:00Z", // Lord Howe goes back half an hour
  "2028-02-27T00:00:00Z", // 29 February
] as const;
