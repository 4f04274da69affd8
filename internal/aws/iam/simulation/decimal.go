package simulation

import (
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

var decimalForm = lazyregexp.New(`^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,9}))?$`)

// decimal writes a number as the simulator does, whose zeros after the point stay: 01.00 is 1.00, and 1e2 is 1E+2.
func decimal(s string) (text string, ok bool) {
	found := decimalForm.FindStringSubmatch(s)
	if found == nil || found[2]+found[3] == "" {
		return "", false
	}
	exponent, _ := strconv.Atoi(found[4])
	digits := strings.TrimLeft(found[2]+found[3], "0")
	if digits == "" {
		digits = "0"
	}
	scale := len(found[3]) - exponent
	text = scaled(digits, scale)
	if found[1] == "-" && digits != "0" {
		text = "-" + text
	}
	return text, true
}

// scaled writes digits of which the last scale are behind the point. Very small and very large numbers have an exponent.
// Source: documentation of Java's BigDecimal, toString, as AWS's answers look.
func scaled(digits string, scale int) string {
	const smallest = -6
	exponent := len(digits) - 1 - scale
	switch {
	case scale == 0:
		return digits
	case scale > 0 && exponent >= smallest:
		if missing := scale + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		point := len(digits) - scale
		return digits[:point] + "." + digits[point:]
	}
	text := digits[:1]
	if len(digits) > 1 {
		text += "." + digits[1:]
	}
	if exponent > 0 {
		return text + "E+" + strconv.Itoa(exponent)
	}
	return text + "E" + strconv.Itoa(exponent)
}
