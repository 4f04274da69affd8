package price

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// most bounds a figure: what is above it is no price, but a mistake.
const most = 1_000_000

// amountForm is a number as JSON writes it, which AWS's files have in strings.
var amountForm = lazyregexp.New(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$`)

// readAmount reads dollars as billionths of a dollar. What is less than half a billionth is none.
func readAmount(text string) (nano int64, err error) {
	if len(text) > 60 || !amountForm.MatchString(text) {
		return 0, errors.New("is no number of dollars such as 0.04048")
	}
	number, negative := strings.CutPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	shift, _ := strconv.Atoi(exponent) // at most two digits, or none
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits, _ := new(big.Int).SetString(whole+fraction, 10)
	if shift += 9 - len(fraction); shift >= 0 {
		digits.Mul(digits, power(shift))
	} else {
		unit := power(-shift)
		digits.Add(digits, new(big.Int).Rsh(unit, 1)).Div(digits, unit)
	}
	switch {
	case negative && digits.Sign() > 0:
		return 0, errors.New("is negative")
	case digits.Cmp(big.NewInt(most*Nano)) > 0:
		return 0, fmt.Errorf("is more than %d dollars", most)
	}
	return digits.Int64(), nil
}

func power(of int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(of)), nil) }
