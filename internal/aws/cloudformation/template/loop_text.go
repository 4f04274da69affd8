package template

import (
	"regexp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

var identifier = regexp.MustCompile(`[$&]\{[^{}!]*\}`)

// replace puts items in the place of identifiers with one of the marks. What grows is taken from the budget before it does.
func (x *expander) replace(at document.Position, text, marks string, in bindings, put func(mark byte, item string) string) (string, error) {
	var made strings.Builder
	done := 0
	for _, place := range identifier.FindAllStringIndex(text, -1) {
		begin, end := place[0], place[1]
		item, bound := in[text[begin+2:end-1]]
		if !bound || !strings.Contains(marks, text[begin:begin+1]) {
			continue
		}
		if err := x.budget.Take(at, begin-done+2*len(item)); err != nil {
			return "", err
		}
		made.WriteString(text[done:begin])
		made.WriteString(put(text[begin], item))
		done = end
	}
	if done == 0 {
		return text, nil
	}
	if err := x.budget.Take(at, len(text)-done); err != nil {
		return "", err
	}
	made.WriteString(text[done:])
	return made.String(), nil
}

// name puts items into the name of a member.
func (x *expander) name(m document.Member, in bindings) (string, error) {
	return x.replace(m.At, m.Name, "$&", in, func(mark byte, item string) string {
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
func (x *expander) sub(argument *document.Value, in bindings) (*document.Value, error) {
	text := argument
	if argument.Kind == document.List && len(argument.Items) > 0 {
		text = argument.Items[0]
	}
	if !text.Scalar() || len(in) == 0 {
		return argument, nil
	}
	replaced, err := x.replace(text.At, text.Text, "$", in, func(_ byte, item string) string {
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
