package intrinsic

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// subArguments are the parts of the text, each a text, a Ref or an Fn::GetAtt; a variable of the second form is its value.
func subArguments(v *document.Value) ([]*document.Value, error) {
	text, variables := v, (*document.Value)(nil)
	if v.Kind == document.List && len(v.Items) == 2 && v.Items[1].Kind == document.Map {
		text, variables = v.Items[0], v.Items[1]
	}
	if !text.Scalar() { // the text is AWS's, by public reports
		return nil, document.Errorf(v.At, "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "+
			"first argument, and an optional second argument to specify a mapping of values to replace in the string")
	}
	return subParts(text, variables)
}

func subParts(text, variables *document.Value) (parts []*document.Value, err error) {
	literal := func(s string) {
		if s != "" {
			parts = append(parts, &document.Value{Kind: document.Text, Text: s, At: text.At})
		}
	}
	rest := text.Text
	for {
		before, after, found := strings.Cut(rest, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			literal(rest)
			return parts, nil
		}
		literal(before)
		if name, is := strings.CutPrefix(name, "!"); is {
			literal("${" + name + "}")
		} else if !variableName(name) {
			return nil, document.Errorf(text.At, "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons")
		} else {
			parts = append(parts, variable(text.At, name, variables))
		}
		rest = behind
	}
}

func variableName(name string) bool {
	return document.Alphanumeric(strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || r == ':' {
			return 'x'
		}
		return r
	}, name))
}

// variable is what stands for a name, as a value that is not compiled yet.
func variable(at document.Position, name string, variables *document.Value) *document.Value {
	if v := variables.Get(name); v != nil {
		return v
	}
	function, argument := "Ref", name
	if strings.Contains(name, ".") {
		function = "Fn::GetAtt"
	}
	return &document.Value{Kind: document.Map, Members: []document.Member{{Name: function, At: at, Value: &document.Value{Kind: document.Text, Text: argument, At: at}}}, At: at}
}

func sub(at document.Position, parts []*document.Value, b *Budget) (*document.Value, error) {
	var text strings.Builder
	for _, part := range parts {
		if part.Kind != document.None && !part.Scalar() { // by public reports
			return nil, document.Errorf(at, "variable in Fn::Sub expression does not resolve to a string")
		}
		if err := b.Take(at, len(part.Text)); err != nil {
			return nil, err
		}
		text.WriteString(part.Text)
	}
	return &document.Value{Kind: document.Text, Text: text.String(), At: at}, nil
}
