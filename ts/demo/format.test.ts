import { expect, test } from "vitest";
import {
  formatCount,
  formatMoney,
  formatMoneyBriefly,
  formatShare,
  formatThousands,
  formatTime,
  formatTokensAsMoney,
  shorten,
} from "./format.ts";

test("what has no room is cut off, never rounded up", () => {
  expect(formatMoney(1_999_999_999_999_999_999n)).toBe("1.999999");
  expect(formatMoney(-1_999_999_999_999_999_999n)).toBe("-1.999999");
  expect(formatMoneyBriefly(1_999_999_999_999_999_999n)).toBe("1.99");
  expect(formatShare(0.999_98)).toBe("99.9 %");
  expect(formatShare(0.999_98, 0)).toBe("99 %");
  expect(formatShare(1)).toBe("100.0 %");
  expect(formatShare(-0.019)).toBe("-1.9 %");
  expect(formatThousands(2999.9)).toBe("2.99");
  expect(formatTokensAsMoney(1_999_999)).toBe("1.99");
});

test("binary fractions cost nobody a digit", () => {
  const shares = Array.from({ length: 1001 }, (_, index) => index / 1000);
  expect(shares.map((share) => formatShare(share))).toEqual(
    shares.map((_, index) => `${Math.floor(index / 10)}.${index % 10} %`),
  );
  const rates = Array.from({ length: 1001 }, (_, index) => index * 10);
  expect(rates.map((rate) => formatThousands(rate))).toEqual(rates.map((rate) => (rate / 1000).toFixed(2)));
});

test("money, counts and times as people read them", () => {
  expect(formatTime(1215.7)).toBe("20:15");
  expect(formatTime(6000)).toBe("100:00");
  expect(formatMoney(51_927_420_595_590_297_480n)).toBe("51.927420");
  expect(formatMoney(-1_234_567n * 10n ** 18n, 2)).toBe("-1,234,567.00");
  expect(formatMoney(1n, 18)).toBe("0.000000000000000001");
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect(formatCount(999)).toBe("999");
});

test("names are cut with a sign that they were", () => {
  expect(shorten("Atlas", 5)).toBe("Atlas");
  expect(shorten("Atlases", 5)).toBe("Atla…");
});
