package bounds

import (
	"math"
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestShare(t *testing.T) {
	for _, test := range []struct {
		count int
		scale float64
		want  int
	}{
		{100, 7, 7}, {10, 33.3, 4}, {1, 50, 1}, {1, 0.0001, 1}, {3, 100, 3}, {3, 0, 0}, {0, 100, 0}, {1000, 0.1, 1}, {1000, 0.7, 7},
		{1000, 33.3, 333}, {math.MaxInt32, 99.9999999999, math.MaxInt32}, {5, math.SmallestNonzeroFloat64, 1},
		{5, math.NaN(), 0}, {5, math.Inf(1), 5}, {5, math.Inf(-1), 0}, {5, -1, 0}, {5, 101, 5},
	} {
		if got := Share(test.count, test.scale); got != test.want {
			t.Errorf("%v %% of %d: %d, want %d", test.scale, test.count, got, test.want)
		}
	}
}

// What a client writes as a decimal number is meant as that number.
func TestAShareIsTheExactCeiling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 5000).Draw(t, "count")
		places := rapid.IntRange(0, 9).Draw(t, "places")
		whole := int64(math.Pow10(places))
		written := big.NewRat(rapid.Int64Range(0, 100*whole).Draw(t, "scale"), whole)
		scale, err := strconv.ParseFloat(written.FloatString(places), 64)
		if err != nil {
			t.Fatal(err)
		}
		exact := new(big.Rat).Mul(written, big.NewRat(int64(count), 100))
		got := Share(count, scale)
		least, less := big.NewRat(int64(got), 1), big.NewRat(int64(got)-1, 1)
		if least.Cmp(exact) < 0 || less.Cmp(exact) >= 0 && got > 0 {
			t.Fatalf("%s %% of %d is %s, and the share %d", written.FloatString(places), count, exact.FloatString(12), got)
		}
	})
}
