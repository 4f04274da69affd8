package document

import "fmt"

// Position is a place in a template, from line 1 and column 1; without a place both are 0, and of a line alone the column is.
type Position struct{ Line, Column int }

// Error is what is wrong with a template or with the values of its parameters: of the code ValidationError, in AWS's words.
type Error struct {
	Message string
	At      Position
	// NotBuilt says that AWS takes it, and the emulator does not.
	NotBuilt bool
	// Import is the export that is missing: of this AWS tells when the resource is made (CFN-45, CFN-73).
	Import string
}

func (e *Error) Error() string { return e.Message }

// Plainf is of what AWS says without a beginning.
func Plainf(at Position, format string, args ...any) error {
	return &Error{Message: fmt.Sprintf(format, args...), At: at}
}

// Formatf is of mistakes in the form of a template.
func Formatf(at Position, format string, args ...any) error {
	return Plainf(at, "Template format error: "+format, args...)
}

// Errorf is of functions.
func Errorf(at Position, format string, args ...any) error {
	return Plainf(at, "Template error: "+format, args...)
}

// NotBuilt is of what AWS takes, and the emulator does not.
func NotBuilt(at Position, what string) error {
	return &Error{Message: what + " is not built", At: at, NotBuilt: true}
}
