package document_test

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// TestPlaces: values and names know where they stand, in both syntaxes.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text                string
		name, value, second document.Position
	}{
		{"{\n  \"é\": 1, \"a\": [\n    true,\n \"x\" ]\n}", document.Position{Line: 2, Column: 11}, document.Position{Line: 2, Column: 16}, document.Position{Line: 4, Column: 2}},
		{"\ufeff{\"a\":[1,2]}", document.Position{Line: 1, Column: 2}, document.Position{Line: 1, Column: 6}, document.Position{Line: 1, Column: 9}},
		{"# é\nb: c\na:\n  - x\n  - !Ref y\n", document.Position{Line: 3, Column: 1}, document.Position{Line: 4, Column: 3}, document.Position{Line: 5, Column: 5}},
	} {
		root, err := document.Read(c.text)
		if err != nil {
			t.Fatal(err)
		}
		m := root.Members[len(root.Members)-1]
		if m.At != c.name || m.Value.At != c.value || m.Value.Items[1].At != c.second {
			t.Errorf("%s: name %v, value %v, item %v", c.text, m.At, m.Value.At, m.Value.Items[1].At)
		}
	}
}

// TestPlacesOfMistakes: what is not well-formed has a place, in YAML a line.
func TestPlacesOfMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]document.Position{
		"a: b\nc: d: e\n":       {Line: 2},
		"a:\n  - b\n c: d\n":    {Line: 2},
		"{\"a\": 1,\n \"b\" 2}": {Line: 2, Column: 7},
		"a: b\n---\nc: d":       {Line: 2, Column: 1},
		"a: b\n? [c]\n: d":      {Line: 2, Column: 3},
	} {
		_, err := document.Read(text)
		var own *document.Error
		if !errors.As(err, &own) || own.At != want {
			t.Errorf("%q: %v at %+v, want %+v", text, err, own, want)
		}
	}
}

// TestShortTags are functions, also with none of the values that YAML would see in their texts.
func TestShortTags(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v: !Ref 12":                      `{"v":{"Ref":"12"}}`,
		"v: !GetAZs":                      `{"v":{"Fn::GetAZs":""}}`,
		"v: !Condition C":                 `{"v":{"Condition":"C"}}`,
		"v: !If [a, !Sub b, !Ref c]":      `{"v":{"Fn::If":["a",{"Fn::Sub":"b"},{"Ref":"c"}]}}`,
		"v: !Transform {Name: n}":         `{"v":{"Fn::Transform":{"Name":"n"}}}`,
		"v: !!str 5":                      `{"v":"5"}`,
		`v: !!bool 'hello",'`:             `{"v":"hello\","}`,
		`v: !!float '{"x":[]}'`:           `{"v":"{\"x\":[]}"}`,
		"v: '5'":                          `{"v":"5"}`,
		"v: [017, 1_0, +1, 1e3, .5, -2]":  `{"v":[15,"1_0","+1",1e3,".5",-2]}`,
		"v: [yes, On, True, null]":        `{"v":[true,true,true,null]}`,
		"v: [NO, off, FALSE, y, yEs]":     `{"v":[false,false,false,"y","yEs"]}`,
		"v: ['yes', \"on\", !!str no]":    `{"v":["yes","on","no"]}`,
		"v: [!Ref yes, !Sub on]":          `{"v":[{"Ref":"yes"},{"Fn::Sub":"on"}]}`,
		"v: |\n  yes":                     `{"v":"yes"}`,
		"v: [065115117704, 012345678901]": `{"v":[7133765572,"012345678901"]}`,
		"v: ['017', 0, 00, 0o17, 0x1F]":   `{"v":["017",0,0,"0o17","0x1F"]}`,
		"yes: 1\n2: b\n2012-10-17: c":     `{"yes":1,"2":"b","2012-10-17":"c"}`,
		"a: 1\nb: 2\na: 3":                `{"a":3,"b":2}`,
		"v: |\n  <a> & \"b\"\n":           `{"v":"<a> & \"b\"\n"}`,
	} {
		root, err := document.Read(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := root.TypedJSON(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestEqual: 5 and "5" are one, and so are maps in another order.
func TestEqual(t *testing.T) {
	t.Parallel()
	read := func(text string) *document.Value {
		v, err := document.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a := read("a: 5\nb: [x, {c: true}]")
	if !a.Equal(read(`{"b": ["x", {"c": "true"}], "a": "5"}`)) {
		t.Error("not equal")
	}
	for _, other := range []string{"a: 5", "a: 5\nb: [x]", "a: 5\nb: [x, {d: true}]", "a: 6\nb: [x, {c: true}]", "a: 5\nb: {x: y}"} {
		if a.Equal(read(other)) {
			t.Errorf("equal to %s", other)
		}
	}
	if a.Equal(nil) || !(*document.Value)(nil).Equal(nil) {
		t.Error("nil")
	}
}
