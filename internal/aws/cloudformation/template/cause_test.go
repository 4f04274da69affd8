package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// TestCauses: of each property what it is made of (CFN-42, CFN-44).
func TestCauses(t *testing.T) {
	t.Parallel()
	const declared = `
Parameters: {P: {Type: String, Default: a}, Q: {Type: String, Default: Arn}, Pick: {Type: String, Default: a}}
Mappings: {Map: {a: {b: c}}}
Conditions:
  First: !Equals [!Ref Pick, a]
  Both: !And [!Condition First, !Not [!Equals [!Ref Q, !Sub '${P}-x']]]
`
	for value, want := range map[string]string{
		"text":                           "",
		"!Sub '${AWS::Region}-${!P}'":    "",
		"!Ref P":                         "ParameterReference P",
		"!Ref B":                         "ResourceReference B",
		"!GetAtt B.TopicName":            "ResourceAttribute B.TopicName",
		"{'Fn::GetAtt': [B, !Ref Q]}":    "ParameterReference Q, ResourceAttribute B.Arn",
		"!Sub '${P}-${B}-${B.Arn}-${P}'": "ParameterReference P, ResourceReference B, ResourceAttribute B.Arn",
		"!Sub ['${V}', {V: !Join ['', [!Ref Q, !GetAtt B.Nested.Of]]}]": "ParameterReference Q, ResourceAttribute B.Nested.Of",
		"[{K: !Ref P}, {K: [!Ref B]}]":                                  "ParameterReference P, ResourceReference B",
		"!FindInMap [Map, !Ref P, b]":                                   "ParameterReference P",
		"!If [First, !Ref B, !GetAtt B.Arn]":                            "ParameterReference Pick by First, ResourceReference B",
		"!If [Both, !Ref Pick, x]":                                      "ParameterReference Pick by Both, ParameterReference Q by Both, ParameterReference P by Both, ParameterReference Pick",
	} {
		stack, err := resolve(declared+with(value), nil)
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		var got []string
		for _, c := range stack.Causes("A")["P"] {
			text := fmt.Sprintf("%s %s", c.Source, c.Entity())
			if c.Condition != "" {
				text += " by " + c.Condition
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s: %s, want %s", value, text, want)
		}
	}
	stack, err := resolve(extended+"Resources: {'Fn::ForEach::L': [X, [a, b], {'R${X}': {Type: T, Properties: {V: !Ref X, K: !Ref Keep}}}]}", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(maps.Keys(stack.Causes("Rb"))); !slices.Equal(got, []string{"K"}) {
		t.Errorf("of a loop: %v", got)
	}
	if stack.Causes("Gone") != nil {
		t.Error("of no resource")
	}
}

// TestCausesOfParts: a part has its own, a function has them as a whole, and so has a list whose places a condition decides.
func TestCausesOfParts(t *testing.T) {
	t.Parallel()
	stack, err := resolve(`
Parameters: {P: {Type: String, Default: a}, Q: {Type: String, Default: b}}
Conditions: {Never: !Equals [!Ref P, x]}
`+with(`{Plain: [{A: !Ref P}, {A: !Ref Q}], Called: !Join ['', [!Ref P, !Ref Q]], Chosen: [!If [Never, x, !Ref AWS::NoValue], {A: !Ref P}, {A: !Ref Q}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"P/Plain/0/A": "P", "P/Plain/1": "Q", "P/Plain": "P Q", "P/Plain/2/A": "", "P/Plain/x": "", "P/None/A": "",
		"P/Called/0": "P Q", "P/Chosen/0/A": "P P Q",
	} {
		var got []string
		for _, c := range stack.CausesOf(stack.Resources[1], strings.Split(path, "/")...) {
			got = append(got, c.Entity())
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s, want %s", path, text, want)
		}
	}
}

// TestModified: what the template says is modified, and not what parameters come to.
func TestModified(t *testing.T) {
	t.Parallel()
	of := func(value, parameter string) *template.Resource {
		stack, err := resolve("Parameters: {P: {Type: String}}\n"+with(value), map[string]string{"P": parameter})
		if err != nil {
			t.Fatal(err)
		}
		return stack.Resources[1]
	}
	for _, c := range []struct {
		before, after *template.Resource
		want          bool
	}{
		{of("!Ref P", "a"), of("!Ref P", "b"), false},
		{of("5", "a"), of("'5'", "a"), false},
		{of("!Ref P", "a"), of("a", "a"), true},
		{of("!Sub '${P}'", "a"), of("!Ref P", "a"), true},
		{nil, of("a", "a"), true},
		{of("a", "a"), nil, true},
		{nil, nil, false},
	} {
		if got := template.Modified(c.before, c.after, "P"); got != c.want {
			t.Errorf("%+v and %+v: %t", c.before, c.after, got)
		}
	}
	if template.Modified(of("a", "a"), of("b", "a"), "Other") {
		t.Error("a property that neither has")
	}
}

// stored is an account in which a parameter of SSM has a value.
type stored struct {
	account
	value string
}

func (s stored) Parameter(string) (string, bool, error) { return s.value, true, nil }

// TestStoredParameters: a new value of SSM's parameter is a change without one in the template, and another type with the same
// value is none (CFN-95).
func TestStoredParameters(t *testing.T) {
	t.Parallel()
	of := func(kind, value string) *template.Stack {
		parsed, err := template.Parse("Parameters: {P: {Type: " + kind + ", Default: name}}\n" + with("!Ref P"))
		if err != nil {
			t.Fatal(err)
		}
		stack, err := parsed.Resolve(template.Input{Environment: stored{value: value}})
		if err != nil {
			t.Fatal(err)
		}
		return stack
	}
	const kind = "AWS::SSM::Parameter::Value<String>"
	before, after := of(kind, "old"), of(kind, "new")
	was, is := before.Resources[1], after.Resources[1]
	if was.Properties.Equal(is.Properties) || template.Modified(was, is, "P") {
		t.Errorf("%s, then %s", was.Properties.JSON(), is.Properties.JSON())
	}
	if got := after.Causes("A")["P"]; !slices.Equal(got, []template.Cause{{Source: template.ParameterReference, Parameter: "P"}}) {
		t.Errorf("%+v", got)
	}
	if value, resolved := after.Parameters[0].Shown(); value != "name" || resolved != "new" { // CFN-46
		t.Errorf("%s came to %s", value, resolved)
	}
	if plain := of("String", "new"); plain.Resources[1].Properties.Equal(is.Properties) {
		t.Error("the name is not the value")
	}
	if same := of(kind, "name"); !of("String", "").Resources[1].Properties.Equal(same.Resources[1].Properties) {
		t.Error("another type with the same value is a change")
	}
}
