package constraint

import (
	"encoding/json"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Table is what AWS's public API model of a service demands of requests: model.json beside the
// service's handlers, which the command generate writes.
type Table struct {
	Source string           `json:"source"`
	Shapes map[string]Shape `json:"shapes"`
	// Structures are inputs and what they consist of, by the names that the SDK has for them,
	// with their members in the order of the model.
	Structures map[string][]Member `json:"structures"`
}

type Member struct {
	Name     string `json:"name"`
	Shape    string `json:"shape,omitempty"` // of Shapes or of Structures; empty: nothing is demanded
	Required bool   `json:"required,omitempty"`
}

// Shape is a text, a number, bytes, a list or a map.
type Shape struct {
	Min       *float64 `json:"min,omitempty"` // of its value or its length
	Max       *float64 `json:"max,omitempty"`
	Pattern   string   `json:"pattern,omitempty"`   // in the words of the model
	Enum      bool     `json:"enum,omitempty"`      // one of the values that the SDK's type has
	Values    []string `json:"-"`                   // of an enumeration that only a style knows
	Sensitive bool     `json:"sensitive,omitempty"` // not shown
	Element   string   `json:"element,omitempty"`   // the shape of the elements of a list
}

// Free reports whether nothing is demanded.
func (s Shape) Free() bool {
	return s.Min == nil && s.Max == nil && s.Pattern == "" && !s.Enum && s.Element == ""
}

// Style is how a service tells what its model demands, and where it differs from that.
type Style struct {
	// Code is the code of the refusal. Default: ValidationException.
	Code string
	// HidesValues says that no value is shown.
	HidesValues bool
	// InPlaceOfValues is what stands in the place of values that are not shown. Default: nothing.
	InPlaceOfValues string
	// PatternFirst says that the form of a text is told before its length, and not at all where
	// the text is too short.
	PatternFirst bool
	// NullInElements are the shapes of elements of lists among whose demands AWS tells that they are not null.
	NullInElements []string
	// Own are the members ("CreateRoleInput.Path") that the handlers check, because AWS has words
	// of its own for them, or accepts more than its model says.
	Own []string
	// Required are members that must be there, which the model does not say.
	Required []string
	// Seen are members of which AWS was seen to demand something else than its model says.
	Seen map[string]Shape
	// Patterns are patterns of the model in Go's words, where these differ by more than the
	// writing of characters; empty: the handlers check it.
	Patterns map[string]string
	// Enums are values in the order in which AWS tells them, by the SDK's type, where that has
	// another order.
	Enums map[string][]string
	// Err makes the error of a refusal. Default: an [awsapi.Error] with the Code.
	Err func(message string) error
	// First makes the error of the first demand alone, for services that tell no others: "Member must not be null".
	First func(member, demand string) error
}

// Length is a shape of a text, of bytes, or of a list that has a length from min to max; a max
// of 0 is none.
func Length(min, max float64) Shape {
	s := Shape{Min: &min}
	if max > 0 {
		s.Max = &max
	}
	return s
}

// Range is a shape of a number from min to max.
func Range(min, max float64) Shape { return Shape{Min: &min, Max: &max} }

// Hidden is a shape of which the value is not shown.
func (s Shape) Hidden() Shape {
	s.Sensitive = true
	return s
}

// Model checks requests.
type Model struct {
	style Style
	table func() Table
	plans sync.Map // reflect.Type → *plan
}

// New makes a model of a table in JSON, which is read when it is first used.
func New(table []byte, style Style) *Model {
	return &Model{style: style, table: sync.OnceValue(func() (t Table) {
		if err := json.Unmarshal(table, &t); err != nil {
			panic("model.json: " + err.Error())
		}
		return t
	})}
}

// pattern is the Go form of a pattern of the model, nil if the handlers check it.
func (m *Model) pattern(model string) *lazyregexp.Regexp {
	text, own := m.style.Patterns[model]
	switch {
	case own:
	case model == printable:
		text = `[\x{20}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}\r\n\t]*`
	default:
		text = character.ReplaceAllStringFunc(model, func(code string) string { return `\x{` + code[2:] + "}" })
	}
	if text == "" {
		return nil
	}
	return lazyregexp.New("^(?:" + text + ")$")
}

// printable is a pattern of several models, in which halves of UTF-16 stand.
const printable = `[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`

// character is one by its code in the words of the model.
var character = lazyregexp.New(`\\u[0-9A-Fa-f]{4}`)
