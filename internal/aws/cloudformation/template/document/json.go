package document

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonReader reads JSON with the places of its values.
type jsonReader struct {
	*json.Decoder
	text   string
	offset int // up to which at is the position
	at     Position
}

func readJSON(text string) (*Value, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	r := &jsonReader{Decoder: json.NewDecoder(strings.NewReader(text)), text: text, at: Position{1, 1}}
	r.UseNumber()
	var all json.RawMessage
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		offset := len(text)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = int(syntax.Offset)
		}
		at := r.position(offset) // AWS names the column behind the character (CFN-78)
		return nil, Formatf(at, "JSON not well-formed. (line %d, column %d)", at.Line, at.Column)
	}
	return r.value(0)
}

// position is where an offset is, of offsets that do not get less.
func (r *jsonReader) position(offset int) Position {
	passed := r.text[r.offset:min(max(offset, r.offset), len(r.text))]
	if lines := strings.Count(passed, "\n"); lines > 0 {
		r.at = Position{r.at.Line + lines, 1}
		r.offset += strings.LastIndexByte(passed, '\n') + 1
		return r.position(offset)
	}
	r.at.Column += utf8.RuneCountInString(passed)
	r.offset += len(passed)
	return r.at
}

// next reads a token and where it begins.
func (r *jsonReader) next() (json.Token, Position, error) {
	before := int(r.InputOffset())
	blank := len(r.text[before:]) - len(strings.TrimLeft(r.text[before:], " \t\r\n,:"))
	at := r.position(before + blank)
	token, err := r.Token()
	return token, at, err
}

func (r *jsonReader) value(depth int) (*Value, error) {
	token, at, err := r.next()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, unsupportedStructure(at)
	}
	switch token := token.(type) {
	case string:
		return &Value{Kind: Text, Text: token, At: at}, nil
	case json.Number:
		return &Value{Kind: Number, Text: token.String(), At: at}, nil
	case bool:
		return &Value{Kind: Bool, Text: strconv.FormatBool(token), At: at}, nil
	case json.Delim:
		return r.structure(&Value{At: at}, token, depth)
	default:
		return &Value{Kind: Null, At: at}, nil
	}
}

func (r *jsonReader) structure(v *Value, opening json.Delim, depth int) (*Value, error) {
	v.Kind = Map
	if opening == '[' {
		v.Kind = List
	}
	places := map[string]int{}
	for r.More() {
		var m Member
		if v.Kind == Map {
			name, at, err := r.next()
			if err != nil {
				return nil, err
			}
			m.Name, m.At = name.(string), at
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if m.Value = item; v.Kind == Map {
			v.Set(m, places)
		} else {
			v.Items = append(v.Items, item)
		}
	}
	_, err := r.Token()
	return v, err
}
