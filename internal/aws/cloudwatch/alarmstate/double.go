package alarmstate

import (
	"math"
	"strconv"
	"strings"
)

// Double is a number as CloudWatch writes it in texts and JSON: 50.0, 1.0E7. Source: recorded answers.
type Double float64

func (d Double) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// String is the number in words.
func (d Double) String() string {
	n := float64(d)
	if size := math.Abs(n); n == 0 || size >= 1e-3 && size < 1e7 {
		return withPoint(strconv.FormatFloat(n, 'f', -1, 64))
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'E', -1, 64), "E")
	sign := ""
	if strings.HasPrefix(exponent, "-") {
		sign = "-"
	}
	return withPoint(mantissa) + "E" + sign + strings.TrimLeft(exponent, "+-0")
}

func withPoint(n string) string {
	if strings.Contains(n, ".") {
		return n
	}
	return n + ".0"
}
