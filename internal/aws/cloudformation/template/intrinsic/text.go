package intrinsic

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func joinError(at document.Position) error {
	return document.Errorf(at, "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be "+
		"joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.")
}

func joinArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) != 2 || !v.Items[0].Scalar() || !v.Items[1].MaybeList() {
		return nil, joinError(v.At)
	}
	return v.Items, nil
}

func join(at document.Position, arguments []*document.Value, b *Budget) (*document.Value, error) {
	texts, ok := arguments[1].Texts()
	if !ok || arguments[1].Kind != document.List {
		return nil, joinError(at)
	}
	size := len(arguments[0].Text) * max(len(texts)-1, 0)
	for _, text := range texts {
		size += len(text)
	}
	if err := b.Take(at, size); err != nil { // before it is made
		return nil, err
	}
	return &document.Value{Kind: document.Text, Text: strings.Join(texts, arguments[0].Text), At: at}, nil
}

func splitError(at document.Position) error {
	return document.Errorf(at, "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a "+
		"function that returns a string to be split.")
}

func splitArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) != 2 || !v.Items[0].Scalar() || v.Items[0].Text == "" || !v.Items[1].MaybeText() {
		return nil, splitError(v.At)
	}
	return v.Items, nil
}

func split(at document.Position, arguments []*document.Value, b *Budget) (*document.Value, error) {
	if !arguments[1].Scalar() {
		return nil, splitError(at)
	}
	parts := strings.Count(arguments[1].Text, arguments[0].Text) + 1
	if err := b.Take(at, parts*16); err != nil { // before it is made; List takes the rest
		return nil, err
	}
	return b.List(at, strings.Split(arguments[1].Text, arguments[0].Text))
}

func selectError(at document.Position) error {
	return document.Errorf(at, "Fn::Select requires a list argument with two elements: an integer index and a list")
}

// selectArguments are an index and a list. An index that a list in the template lacks is a mistake of form (CFN-85).
func selectArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) != 2 || !v.Items[0].MaybeText() || !v.Items[1].MaybeList() {
		return nil, selectError(v.At)
	}
	if index := v.Items[0]; index.Scalar() {
		i, err := strconv.Atoi(index.Text)
		if err != nil || v.Items[1].Kind == document.List && (i < 0 || i >= len(v.Items[1].Items)) {
			return nil, selectError(v.At)
		}
	}
	return v.Items, nil
}

func selectItem(at document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	index, list := arguments[0], arguments[1]
	i, err := strconv.Atoi(index.Text)
	if err != nil || list.Kind != document.List {
		return nil, selectError(at)
	}
	if i < 0 || i >= len(list.Items) {
		return nil, document.Errorf(at, "Fn::Select cannot select nonexistent value at index %d", i)
	}
	return list.Items[i], nil
}

func base64Of(at document.Position, arguments []*document.Value, b *Budget) (*document.Value, error) {
	if !arguments[0].Scalar() {
		return nil, document.Errorf(at, "every Fn::Base64 object must have a String-typed value.")
	}
	if err := b.Take(at, base64.StdEncoding.EncodedLen(len(arguments[0].Text))); err != nil { // before it is made
		return nil, err
	}
	return &document.Value{Kind: document.Text, Text: base64.StdEncoding.EncodeToString([]byte(arguments[0].Text)), At: at}, nil
}

// length is of AWS::LanguageExtensions, which knows its lists before resources are made.
func length(at document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	if arguments[0].Kind != document.List {
		return nil, lengthError(at)
	}
	return &document.Value{Kind: document.Number, Text: strconv.Itoa(len(arguments[0].Items)), At: at}, nil
}

func lengthError(at document.Position) error {
	return Transformf(at, "The Fn::Length value could not be resolved for properties")
}

func toJSONString(at document.Position, arguments []*document.Value, b *Budget) (*document.Value, error) {
	if k := arguments[0].Kind; k != document.List && k != document.Map { // the text is a guess
		return nil, Transformf(at, "Fn::ToJsonString requires an object or a list")
	}
	if err := b.Take(at, arguments[0].Size()); err != nil { // before it is made
		return nil, err
	}
	text := arguments[0].TypedJSON() // longer by what must be escaped
	return &document.Value{Kind: document.Text, Text: text, At: at}, b.Take(at, max(len(text)-arguments[0].Size(), 0))
}
