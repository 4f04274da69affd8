package policy

import (
	"strconv"
	"strings"
)

// number is a decimal number of any size and precision: 9007199254740993 is not 9007199254740992 (AC41).
type number struct {
	negative bool
	// digits have no zeros at their ends, and are empty for zero. The number is 0.digits times ten to the exponent.
	digits   string
	exponent int
}

// readNumber reads 1, +1, 01, 1., .5 and 1e0, and neither words nor Infinity (AC41).
func readNumber(s string) (n number, ok bool) {
	s, n.negative = cutSign(s)
	mantissa, exponent, has := cutExponent(s)
	if has {
		digits, negative := cutSign(exponent)
		if !allDigits(digits) || len(digits) > 9 {
			return n, false
		}
		n.exponent, _ = strconv.Atoi(digits)
		if negative {
			n.exponent = -n.exponent
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || whole != "" && !allDigits(whole) || fraction != "" && !allDigits(fraction) {
		return n, false
	}
	n.exponent += len(whole)
	n.digits = whole + fraction
	leading := len(n.digits) - len(strings.TrimLeft(n.digits, "0"))
	n.digits = strings.TrimRight(n.digits[leading:], "0")
	n.exponent -= leading
	if n.digits == "" {
		return number{}, true
	}
	return n, true
}

func cutSign(s string) (rest string, negative bool) {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:], s[0] == '-'
	}
	return s, false
}

func cutExponent(s string) (mantissa, exponent string, has bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// compare is negative if n is less than m, and 0 if they are the same.
func (n number) compare(m number) int {
	if n.negative != m.negative {
		if n.negative {
			return -1
		}
		return 1
	}
	c := n.compareSize(m)
	if n.negative {
		return -c
	}
	return c
}

func (n number) compareSize(m number) int {
	switch {
	case n.digits == "" || m.digits == "":
		return len(n.digits) - len(m.digits)
	case n.exponent != m.exponent:
		return n.exponent - m.exponent
	}
	return strings.Compare(n.digits, m.digits)
}
