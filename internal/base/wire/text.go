package wire

import (
	"bytes"
	"encoding/json"
)

// Text encodes a value of one of this module's own types as encoding/json does, but in one line and with <, > and & as they
// are.
func Text(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(text.Bytes()), err
}

// MustText is Text for a value that encoding/json can always encode. It panics otherwise.
func MustText(v any) json.RawMessage {
	text, err := Text(v)
	if err != nil {
		panic("encode JSON: " + err.Error())
	}
	return text
}
