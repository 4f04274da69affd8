package wire

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	documentjson "github.com/aws/smithy-go/document/json"
)

// rawDocument is a document as it came over the wire. The embedded nil interface
// lends it the SDK's unexported method, which marks documents and is never called.
type rawDocument struct {
	document.Interface
	text Raw
}

// MarshalSmithyDocument returns the JSON text as it was received.
func (d *rawDocument) MarshalSmithyDocument() ([]byte, error) { return d.text, nil }

// UnmarshalSmithyDocument decodes the document into v like the SDK's client does.
func (d *rawDocument) UnmarshalSmithyDocument(v any) error {
	decoder := json.NewDecoder(bytes.NewReader(d.text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("decode document: %w", err)
	}
	return documentjson.NewDecoder().DecodeJSONInterface(value, v)
}

// appendDocument writes nothing for a nil document and for one whose Go value has
// no JSON form.
func appendDocument(buf []byte, d document.Interface) []byte {
	if d == nil {
		return buf
	}
	text, err := d.MarshalSmithyDocument()
	if err != nil {
		return buf
	}
	return append(buf, text...)
}
