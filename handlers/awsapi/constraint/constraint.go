// Package constraint checks requests by AWS's public API models, of which model.json beside the
// handlers of a service has what is demanded of members, and refuses in the words of AWS's
// framework everything that is wrong at once:
//
//	//go:embed model.json
//	var table []byte
//
//	var model = constraint.New(table, constraint.Style{}) // for awsapi.Service
//
// [Violations] are for what a handler has to check by itself.
package constraint

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Violations are the demands that a request does not meet.
type Violations []string

// Add notes that a member does not meet a demand. value is as AWS shows it: quoted, or null.
func (v *Violations) Add(value, member, demand string) {
	if value != "" {
		value += " "
	}
	*v = append(*v, fmt.Sprintf("Value %sat '%s' failed to satisfy constraint: Member must %s", value, member, demand))
}

// Required checks a text that must be there.
func (v *Violations) Required(member string, value *string, low, high int) {
	if value == nil {
		v.Add("null", member, "not be null")
		return
	}
	v.Text(member, value, low, high)
}

// Text checks the characters of a text that may be absent. A high of 0 is no bound.
func (v *Violations) Text(member string, value *string, low, high int) {
	if value != nil {
		v.length(quote(*value), member, utf8.RuneCountInString(*value), low, high)
	}
}

// OneOf checks a text that may be absent and has one of few values, in AWS's order.
func OneOf[S ~string](v *Violations, member string, value S, values ...S) {
	if value != "" && !slices.Contains(values, value) {
		list := strings.ReplaceAll(strings.Trim(fmt.Sprint(values), "[]"), " ", ", ")
		v.Add(quote(string(value)), member, "satisfy enum value set: ["+list+"]")
	}
}

func (v *Violations) length(value, member string, n, low, high int) {
	if high > 0 && n > high {
		v.Add(value, member, fmt.Sprintf("have length less than or equal to %d", high))
	}
	if n < low {
		v.Add(value, member, fmt.Sprintf("have length greater than or equal to %d", low))
	}
}

func quote(s string) string { return "'" + s + "'" }

// Refusal is the error with a code, nil if there is nothing to refuse.
func (v Violations) Refusal(code string) error {
	if len(v) == 0 {
		return nil
	}
	return awsapi.Errorf(code, "%s", v.text())
}

func (v Violations) text() string {
	plural := map[bool]string{true: "s"}[len(v) > 1]
	return fmt.Sprintf("%d validation error%s detected: %s", len(v), plural, strings.Join(v, "; "))
}
