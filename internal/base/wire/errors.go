package wire

import "fmt"

// SyntaxError says that the data is not one value of its format.
type SyntaxError struct {
	Format string // "CBOR"; empty: JSON
	Offset int    // in bytes, of the offending byte; of JSON only
	Reason string // what was found wrong
}

func (e *SyntaxError) Error() string {
	if e.Format != "" {
		return "malformed " + e.Format + ": " + e.Reason
	}
	return fmt.Sprintf("malformed JSON at byte %d: %s", e.Offset, e.Reason)
}

// TypeError says that a JSON value has another type than its member.
type TypeError struct {
	// Message is the text of AWS's SerializationException, such as
	// "STRING_VALUE can not be converted to an Integer".
	Message string
	// Path is where, such as "containerDefinitions[0].cpu"; empty for the body.
	Path string
}

func (e *TypeError) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

// under adds the name of the enclosing member to the path of a TypeError.
func under(element string, err error) error {
	if e, ok := err.(*TypeError); ok { //nolint:errorlint // the decoder does not wrap
		e.Path = joinPath(element, e.Path)
	}
	return err
}

func joinPath(element, rest string) string {
	if rest == "" || rest[0] == '[' {
		return element + rest
	}
	return element + "." + rest
}
