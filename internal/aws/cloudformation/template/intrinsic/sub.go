package intrinsic

import (
	"iter"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// subCall is a call with the text, and a member for each of its variables: what the second form has for it, or else a Ref or
// an Fn::GetAtt. None is there twice, as templates could grow without bound that have Fn::Sub in variables of Fn::Sub.
func subCall(at document.Position, v *document.Value) (*document.Value, error) {
	text, variables := v, (*document.Value)(nil)
	if v.Kind == document.List && len(v.Items) == 2 && v.Items[1].Kind == document.Map {
		text, variables = v.Items[0], v.Items[1]
	}
	if !text.Scalar() { // the text is AWS's, by public reports
		return nil, document.Errorf(v.At, "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "+
			"first argument, and an optional second argument to specify a mapping of values to replace in the string")
	}
	own := variables.Index()
	call, places := &document.Value{Kind: document.Call, Text: "Fn::Sub", Items: []*document.Value{text}, At: at}, map[string]int{}
	for name, is := range subParts(text.Text) {
		if _, had := places[name]; !is || had {
			continue
		}
		if !variableName(name) {
			return nil, document.Errorf(text.At, "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons")
		}
		call.Set(document.Member{Name: name, At: text.At, Value: variable(text.At, name, own[name])}, places)
	}
	if variables != nil { // those that the text has not are checked as well, and needed
		for _, m := range variables.Members {
			if _, used := places[m.Name]; !used {
				call.Set(m, places)
			}
		}
	}
	return call, nil
}

// subParts goes through the literals of a text and the names of its variables.
func subParts(text string) iter.Seq2[string, bool] {
	return func(yield func(part string, variable bool) bool) {
		for {
			before, after, found := strings.Cut(text, "${")
			name, behind, closed := strings.Cut(after, "}")
			if !found || !closed {
				yield(text, false)
				return
			}
			literal, marked := strings.CutPrefix(name, "!")
			if marked {
				name = "${" + literal + "}"
			}
			if !yield(before, false) || !yield(name, !marked) {
				return
			}
			text = behind
		}
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

// variable is what stands for a name, as a value that is not compiled yet; own is what the second form has for it, or nil.
func variable(at document.Position, name string, own *document.Value) *document.Value {
	if own != nil {
		return own
	}
	function, argument := "Ref", name
	if strings.Contains(name, ".") {
		function = "Fn::GetAtt"
	}
	return &document.Value{Kind: document.Map, Members: []document.Member{{Name: function, At: at, Value: &document.Value{Kind: document.Text, Text: argument, At: at}}}, At: at}
}

func sub(call *document.Value, b *Budget) (*document.Value, error) {
	for _, m := range call.Members {
		if !m.Value.Known() {
			return call, nil
		}
	}
	values := call.Index()
	var text strings.Builder
	for part, variable := range subParts(call.Items[0].Text) {
		if variable {
			v := values[part]
			if v.Kind != document.None && !v.Scalar() { // by public reports
				return nil, document.Errorf(call.At, "variable %s in Fn::Sub expression does not resolve to a string", part)
			}
			part = v.Text
		}
		if err := b.Take(call.At, len(part)); err != nil {
			return nil, err
		}
		text.WriteString(part)
	}
	return &document.Value{Kind: document.Text, Text: text.String(), At: call.At}, nil
}
