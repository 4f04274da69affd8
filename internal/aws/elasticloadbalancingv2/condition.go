package elasticloadbalancingv2

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Bounds of conditions: how many values all of a rule have, and how many characters one has, beside methods and names of headers.
// Source: ELB0006.
const (
	MostConditionValues   = 5
	LongestConditionValue = 128
	LongestHeaderName     = 40
)

var (
	// Token is what RFC 7230 calls that: the name of a header, or of a cookie.
	Token = lazyregexp.New("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")
	// Shown has no control characters, which neither a header nor XML can have.
	Shown = lazyregexp.New(`^\P{Cc}*$`)
)

const httpHeader = "http-header"

// RefuseHeader says why no rule can have a condition on a header with such values; empty: one can.
func RefuseHeader(name string, values []string) string {
	if text := RefuseHeaderName(name); text != "" {
		return text
	}
	return RefuseConditionValues(LongestConditionValue, httpHeader, values, Shown.MatchString)
}

// RefuseHeaderName says why no condition can be on a header. The text about characters is the emulator's, the others are of ELB0006.
func RefuseHeaderName(name string) string {
	switch {
	case len(name) > LongestHeaderName:
		return tooLong(httpHeader, LongestHeaderName)
	case strings.EqualFold(name, "host"):
		return fmt.Sprintf("You cannot specify '%s' as an HTTP header name", name)
	case !Token.MatchString(name):
		return fmt.Sprintf("The HTTP header name '%s' is not valid", name)
	}
	return ""
}

// RefuseConditionValues says why a condition cannot have values. The texts about empty ones, and where there are none, are the emulator's.
func RefuseConditionValues(most int, field string, values []string, valid func(string) bool) string {
	if len(values) == 0 {
		return fmt.Sprintf("A condition value must be specified for a condition of type '%s'", field)
	}
	for _, value := range values {
		switch {
		case value == "":
			return "A condition value cannot be empty"
		case len(value) > most:
			return tooLong(field, most)
		case !valid(value):
			return fmt.Sprintf("Condition value '%s' contains a character that is not valid", value)
		}
	}
	return ""
}

func tooLong(field string, most int) string {
	return fmt.Sprintf("Condition value for '%s' cannot contain more than %d characters", field, most)
}
