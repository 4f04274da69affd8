package price

import "testing"

func TestAmount(t *testing.T) {
	for text, want := range map[string]int64{
		"0.04048": 40_480_000, "0.0404800000": 40_480_000, "0.00111349": 1_113_490, "1e-9": 1, "0.0000000005": 1, "0.00000000049": 0,
		"12": 12 * Nano, "1.5E2": 150 * Nano, "0": 0, "-0.0": 0, "1000000": 1_000_000 * Nano, "1e-99": 0,
	} {
		if got, err := readAmount(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for text, why := range map[string]string{
		"": "is no number of dollars such as 0.04048", "1,5": "is no number of dollars such as 0.04048", "+1": "is no number of dollars such as 0.04048",
		".5": "is no number of dollars such as 0.04048", "1e100": "is no number of dollars such as 0.04048", "0x10": "is no number of dollars such as 0.04048",
		"-0.1": "is negative", "1000000.000000001": "is more than 1000000 dollars", "1e99": "is more than 1000000 dollars",
	} {
		if got, err := readAmount(text); err == nil || err.Error() != why {
			t.Errorf("%q: got %d, %v, want %s", text, got, err, why)
		}
	}
}

func TestCost(t *testing.T) {
	for _, c := range []struct{ quantity, nanoUSD, each, want int64 }{
		{3600 * 256, 40_480_000, 1024 * 3600, 10_120_000}, {1, 1, 2, 1}, {1, 1, 3, 0}, {0, 5, 3600, 0},
		{9_000_000_000_000, 9_000_000_000, 3_600_000_000_000, 22_500_000_000}, // whose product is beyond 64 bits
	} {
		if got := Cost(c.quantity, c.nanoUSD, c.each).Int64(); got != c.want {
			t.Errorf("%d at %d per %d: got %d, want %d", c.quantity, c.nanoUSD, c.each, got, c.want)
		}
	}
}
