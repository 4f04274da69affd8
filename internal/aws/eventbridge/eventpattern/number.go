package eventpattern

import (
	"math"
	"strconv"
	"strings"
)

// toNumber is the number that a text stands for, if AWS can compare it: if the shortest text of the nearest
// binary number stands for the same. Source: recorded answers: 9007199254740993, 1e309, 1e-400 and
// 1.0000000000000001 cannot be compared.
func toNumber(text string) (float64, bool) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	if len(text) <= 15 && strings.Trim(text, "-0123456789") == "" {
		return number, true // a whole number of up to 15 digits is exact
	}
	return number, decimalOf(text) == decimalOf(strconv.FormatFloat(number, 'e', -1, 64))
}

// decimal is a number as 0.digits times ten to a power.
type decimal struct {
	negative bool
	digits   string
	power    int
}

func decimalOf(text string) decimal {
	text, negative := strings.CutPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	power, _ := strconv.Atoi(exponent) // one that is no int has been refused as no float64, or is that of 0
	digits := strings.TrimLeft(whole+fraction, "0")
	power += len(digits) - len(fraction)
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return decimal{}
	}
	return decimal{negative, digits, power}
}

// numberText is a number with a fraction or an exponent as Java writes it.
func numberText(number float64) string {
	if size := math.Abs(number); number == 0 || 1e-3 <= size && size < 1e7 {
		text := strconv.FormatFloat(number, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(number, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	power, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(power)
}

// nearest is the nearest number of 64 bits. Beyond them there is none.
func nearest(text string) (float64, bool) {
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}
