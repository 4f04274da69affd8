package targetinput

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Override reads the input of a schedule whose target is a cluster, and writes its values in the types of the API. One
// that is no TaskOverride is refused with an *Error, which names the place behind the beginning of the value of an
// unknown member, and the one before a value of another type. Source: boto3 issue 4370 for an unknown member with a
// text. The place is one of the JSON reader Jackson, and the rest is as Jackson does it by itself: numbers and booleans
// are texts too, and whole numbers may be in quotes.
func Override(text string) (typed string, err error) {
	if !json.Valid([]byte(text)) {
		return "", refused("the input is no JSON")
	}
	r := overrideReader{text: text, tokens: json.NewDecoder(strings.NewReader(text))}
	r.tokens.UseNumber()
	if !r.value(reflect.TypeFor[ecstypes.TaskOverride]()) {
		return "", refused("Unable to convert target input to TaskOverride, JSON syntax error in input: %s", eventpattern.Place(text, r.at))
	}
	return r.typed.String() + text[r.written:], nil
}

type overrideReader struct {
	text    string
	tokens  *json.Decoder
	at      int // where the last token begins
	typed   strings.Builder
	written int // up to where of the text it has been
}

func (r *overrideReader) next() json.Token {
	r.at = len(r.text) - len(strings.TrimLeft(r.text[r.tokens.InputOffset():], " \t\r\n,:"))
	token, _ := r.tokens.Token()
	return token
}

// value reads one of a type. Each may be null.
func (r *overrideReader) value(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return r.value(t.Elem())
	case reflect.Interface: // RunTask looks at unions
		var union json.RawMessage
		return r.tokens.Decode(&union) == nil
	}
	token := r.next()
	switch {
	case token == nil:
		return true
	case t.Kind() == reflect.Struct:
		return token == json.Delim('{') && r.members(t)
	case t.Kind() == reflect.Slice:
		return token == json.Delim('[') && r.elements(t)
	}
	return r.scalar(t, token)
}

func (r *overrideReader) members(t reflect.Type) bool {
	for r.tokens.More() {
		name, _ := r.next().(string)
		f, found := t.FieldByNameFunc(func(field string) bool { return strings.ToLower(field[:1])+field[1:] == name })
		if !found || !f.IsExported() {
			r.beginValue()
			return false
		}
		if !r.value(f.Type) {
			return false
		}
	}
	r.next()
	return true
}

// beginValue goes to where Jackson stands when it has begun a value: it has read all of one without quotes or brackets.
func (r *overrideReader) beginValue() {
	r.next()
	if r.text[r.at] == '"' {
		r.at++
	} else {
		r.at = int(r.tokens.InputOffset())
	}
}

func (r *overrideReader) elements(t reflect.Type) bool {
	for r.tokens.More() {
		if !r.value(t.Elem()) {
			return false
		}
	}
	r.next()
	return true
}

// scalar reads a text or a whole number.
func (r *overrideReader) scalar(t reflect.Type, token json.Token) bool {
	text, isText := token.(string)
	if _, bracket := token.(json.Delim); bracket {
		return false
	}
	value := r.text[r.at:r.tokens.InputOffset()]
	switch {
	case t.Kind() == reflect.String && !isText:
		r.write(`"` + value + `"`)
	case t.Kind() != reflect.String:
		if !isText {
			text = value
		}
		number, err := strconv.ParseInt(text, 10, t.Bits())
		if err != nil {
			return false
		}
		r.write(strconv.FormatInt(number, 10))
	}
	return true
}

// write writes a value in place of the last one.
func (r *overrideReader) write(value string) {
	r.typed.WriteString(r.text[r.written:r.at])
	r.typed.WriteString(value)
	r.written = int(r.tokens.InputOffset())
}
