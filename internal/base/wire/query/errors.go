package query

import "fmt"

// SyntaxError is a form that is not one.
type SyntaxError struct{ Pair string }

func (e *SyntaxError) Error() string { return fmt.Sprintf("malformed parameter %.200q", e.Pair) }

// TypeError is a parameter whose value is not of the member's type.
type TypeError struct {
	Parameter string // "MaxResults"
	Value     string
	Want      string // "an integer"
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("the value %.200q of the parameter %.200s is not %s", e.Value, e.Parameter, e.Want)
}
