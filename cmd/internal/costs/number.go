package costs

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// dollars rounds money to a millionth, or from ten dollars on to a cent.
func dollars(cost float64) string {
	switch size := math.Abs(cost); {
	case cost == 0:
		return "0"
	case size < 0.0000005:
		return "<0.000001"
	case size >= 10:
		return strconv.FormatFloat(cost, 'f', 2, 64)
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(cost, 'f', 6, 64), ".")
	fraction = strings.TrimRight(fraction, "0")
	return whole + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

// cost is what has a price, or what stands in its place.
func cost(of *float64, without string) string {
	if of == nil {
		return without
	}
	return dollars(*of)
}

// quantity rounds hours and GB to a thousandth, but shows that there are some.
func quantity(of float64) string {
	if of > 0 && of < 0.0005 {
		return "<0.001"
	}
	text := strconv.FormatFloat(of, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// length is a number of seconds as people say it: 1h30m, 42s.
func length(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Second:
		d = d.Round(time.Millisecond)
	default:
		d = d.Round(time.Second)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// count is a number of things: 1 instance, 2 instances.
func count(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.FormatInt(n, 10) + " " + thing
}

func moment(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format(time.RFC3339)
}
