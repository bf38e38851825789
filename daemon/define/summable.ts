/** Exact numbers. Custom types pass here; compile() looks at their SQL type. */
export type ExactKind =
  `Pg${"Numeric" | "NumericNumber" | "NumericBigInt" | "SmallInt" | "Integer" | "BigInt53" | "BigInt64" | "CustomColumn"}`;

/** How a sum, an average or an extreme is written. */
export interface AmountOptions {
  /** Digits after the point. */
  readonly scale?: number;
  /** What pages write with the number: `"currency"` for the owner's currency, or a text such as `"m²"`. */
  readonly unit?: string;
}
