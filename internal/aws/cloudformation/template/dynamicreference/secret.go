package dynamicreference

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// mask is printed in place of a Secret.
const mask = "****"

// Secret is what a dynamic reference has come to. It is printed as a mask: by every verb of fmt, JSON, texts of
// encodings, and slog, also where it is a field that fmt cannot call methods of. The text is given by Reveal alone.
type Secret struct{ reveal func() string } // fmt goes into texts and pointers of fields, and not into functions

var (
	_ fmt.Formatter  = Secret{}
	_ fmt.Stringer   = Secret{}
	_ fmt.GoStringer = Secret{}
	_ json.Marshaler = Secret{}
	_ slog.LogValuer = Secret{}
)

// NewSecret keeps a text that must not be shown.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Reveal is the text, for the request that makes a resource.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Format prints the mask for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// String is the mask.
func (s Secret) String() string { return mask }

// GoString is the mask.
func (s Secret) GoString() string { return mask }

// MarshalJSON is the mask.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalText is the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// LogValue is the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }
