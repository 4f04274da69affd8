package arntemplate

import (
	"reflect"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// single is the text that a template makes if each of its parts has one, and none is an ARN, as most do: it takes no memory
// but the text's. ok is false for all others.
func (t *Template) single(scope arn.Scope, in reflect.Value) (text string, ok bool) {
	var room [256]byte
	made := room[:0]
	if t.service != "" {
		for _, part := range [...]string{"arn:", scope.Partition(), ":", t.service, ":", scope.Region, ":", scope.Account, ":"} {
			made = append(made, part...)
		}
	}
	for i := range t.parts {
		p := &t.parts[i]
		part := p.text
		switch {
		case p.member != nil:
			if part, ok = p.memberText(in); !ok || arn.Is(part) {
				return "", false
			}
		case p.word != "":
			part = p.wordText(scope)
		}
		made = append(made, part...)
	}
	return string(made), true
}

// memberText is the text of a member that is one text, or the one for want of it.
func (p *templatePart) memberText(in reflect.Value) (text string, ok bool) {
	if len(p.member) > 1 {
		return "", false
	}
	v := reflect.Indirect(in).FieldByName(p.member[0])
	if v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.String {
		if v = v.Elem(); !v.IsValid() {
			return p.absent, p.has
		}
	}
	if v.Kind() != reflect.String {
		return "", false
	}
	if text = v.String(); text == "" {
		return p.absent, p.has
	}
	return text, true
}
