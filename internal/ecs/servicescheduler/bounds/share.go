package bounds

import (
	"math"
	"math/big"
	"strconv"
)

// Share is how many tasks a task set has whose scale is a percentage of its service's desired count, rounded up (ECS0334.3). It
// is exact for the decimal number that a client has sent, of which a float is the nearest there is.
//
//	7 % of 100 → 7, though 0.07*100 is 7.000000000000001
//	33.3 % of 10 → 4
func Share(count int, scale float64) int {
	switch {
	case count <= 0 || !(scale > 0):
		return 0
	case scale >= 100:
		return count
	case scale == math.Trunc(scale):
		return (count*int(scale) + 99) / 100
	}
	percent, _ := new(big.Rat).SetString(strconv.FormatFloat(scale, 'f', -1, 64))
	share := percent.Mul(percent, big.NewRat(int64(count), 100))
	up := new(big.Int).Add(share.Num(), new(big.Int).Sub(share.Denom(), big.NewInt(1)))
	return int(up.Quo(up, share.Denom()).Int64())
}
