package wire

import (
	"bytes"
	"encoding/json"
)

// Text is JSON as encoding/json has it of a type of our own, in one line and with <, > and & as
// they are.
func Text(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(text.Bytes()), err
}

// MustText is Text of what always has JSON.
func MustText(v any) json.RawMessage {
	text, err := Text(v)
	if err != nil {
		panic("encode JSON: " + err.Error())
	}
	return text
}
