package template

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

var identifier = lazyregexp.New(`[$&]\{[^{}!]*\}`)

// bindings are the items of the loops around a value.
type bindings map[string]string

// replace puts items in the place of identifiers with one of the marks. What grows is taken from the budget before it does.
func (in bindings) replace(b *intrinsic.Budget, at document.Position, text, marks string, put func(mark byte, item string) string) (string, error) {
	err := b.Take(at, len(text))
	made := identifier.ReplaceAllStringFunc(text, func(found string) string {
		item, bound := in[found[2:len(found)-1]]
		if !bound || !strings.Contains(marks, found[:1]) {
			return found
		}
		if err == nil {
			err = b.Take(at, 2*len(item))
		}
		if err != nil {
			return ""
		}
		return put(found[0], item)
	})
	if err != nil {
		return "", err
	}
	return made, nil
}

// name puts items into the name of a member.
func (in bindings) name(b *intrinsic.Budget, m document.Member) (string, error) {
	return in.replace(b, m.At, m.Name, "$&", func(mark byte, item string) string {
		if mark == '$' {
			return item
		}
		return strings.Map(func(r rune) rune {
			if document.Alphanumeric(string(r)) {
				return r
			}
			return -1
		}, item)
	})
}

// sub puts items into the text of Fn::Sub, where what an item has of Sub's own syntax is text.
func (in bindings) sub(b *intrinsic.Budget, argument *document.Value) (*document.Value, error) {
	text := argument
	if argument.Kind == document.List && len(argument.Items) > 0 {
		text = argument.Items[0]
	}
	if !text.Scalar() || len(in) == 0 {
		return argument, nil
	}
	replaced, err := in.replace(b, text.At, text.Text, "$", func(_ byte, item string) string {
		return strings.ReplaceAll(item, "${", "${!")
	})
	if err != nil {
		return nil, err
	}
	made := *text
	made.Kind, made.Text = document.Text, replaced
	if text == argument {
		return &made, nil
	}
	list := *argument
	list.Items = append([]*document.Value{&made}, argument.Items[1:]...)
	return &list, nil
}
