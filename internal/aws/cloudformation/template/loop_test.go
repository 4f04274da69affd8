package template_test

import (
	"fmt"
	"strings"
	"testing"
)

const extended = `
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "alpha,b-1"}
  Hidden: {Type: String, NoEcho: yes, Default: a}
  Keep: {Type: String, Default: Retain}
Mappings: {Map: {a: {L: [x, y]}}}
`

// TestLoops runs loops. Where an identifier counts was seen at AWS.
func TestLoops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, want string }{
		{
			`Resources: {'Fn::ForEach::L': [X, !Ref Names, {'Param&{X}': {Type: T, Properties: {R: !Ref X, S: !Sub '${X}&{X}', P: '${X}', D: {'${X}': 1}}}}]}`,
			`Paramalpha{"R":"alpha","S":"alpha&{X}","P":"${X}","D":{"${X}":"1"}} Paramb1{"R":"b-1","S":"b-1&{X}","P":"${X}","D":{"${X}":"1"}}`,
		},
		{
			`Resources: {'Fn::ForEach::L': [X, [A, B], {'M${X}': {Type: T}, 'Fn::ForEach::I': [Y, ['1', '2'], {'M${X}${Y}': {Type: T, DependsOn: !Sub 'M${X}', Properties: {R: {Ref: !Sub 'M${X}'}}}}]}]}`,
			`MA{} MA1{"R":{"Ref":"MA"}}<MA MA2{"R":{"Ref":"MA"}}<MA MB{} MB1{"R":{"Ref":"MB"}}<MB MB2{"R":{"Ref":"MB"}}<MB`,
		},
		{
			`Resources: {A: {Type: T, Properties: {'Fn::ForEach::L': [X, !FindInMap [Map, a, L], {'VAR_${X}': !Ref X}]}}}`,
			`A{"VAR_x":"x","VAR_y":"y"}`,
		},
		{
			`Resources: {A: {Type: T, DeletionPolicy: !Ref Keep, Properties: {L: !Length {Ref: Names}, J: !ToJsonString {n: 1, l: !Ref Names, r: !Ref AWS::Region}, F: !FindInMap [Nope, a, b, {DefaultValue: d}]}}}`,
			`A{"L":"2","J":"{\"n\":1,\"l\":[\"alpha\",\"b-1\"],\"r\":\"eu-central-1\"}","F":"d"}!Retain`,
		},
		{
			`Resources: {B: {Type: T}, A: {Type: T, Properties: {J: !ToJsonString {r: !Ref B}}}}`,
			`B{} A{"J":{"Fn::ToJsonString":[{"r":{"Ref":"B"}}]}}<B`,
		},
		{
			"Conditions: {'Fn::ForEach::C': [X, [A, B], {'Is${X}': !Equals [!Ref X, B]}]}\n" +
				`Resources: {'Fn::ForEach::L': [X, [A, B], {'R${X}': {Type: T, Condition: !Sub 'Is${X}'}}]}`,
			`RB{}`,
		},
	} {
		stack, err := resolve(extended+c.body, nil)
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		var got []string
		for _, r := range stack.Resources {
			text := r.LogicalID + r.Properties.JSON()
			if len(r.Dependencies) > 0 {
				text += "<" + strings.Join(r.Dependencies, ",")
			}
			if r.DeletionPolicy != "" {
				text += "!" + r.DeletionPolicy
			}
			got = append(got, text)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.body, text, c.want)
		}
	}
}

// TestLoopsOfOutputs names what loops have made.
func TestLoopsOfOutputs(t *testing.T) {
	t.Parallel()
	stack, err := resolve(extended+`
Resources: {'Fn::ForEach::L': [X, [A], {'R${X}': {Type: T}}]}
Outputs: {'Fn::ForEach::O': [P, [Arn, Name], {'O${P}': {Value: {'Fn::GetAtt': [!Sub RA, !Ref P]}}}]}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, o := range stack.Outputs {
		got += o.Name + o.Value.JSON()
	}
	if want := `OArn{"Fn::GetAtt":["RA","Arn"]}OName{"Fn::GetAtt":["RA","Name"]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := stack.Processed.Get("Resources").TypedJSON(); got != `{"RA":{"Type":"T"}}` {
		t.Error(got)
	}
}

// TestRefusedLoops has AWS's words where they were seen.
func TestRefusedLoops(t *testing.T) {
	t.Parallel()
	const failed = "Transform AWS::LanguageExtensions failed with: "
	loop := func(collection, member string) string {
		return "Resources: {'Fn::ForEach::L': [X, " + collection + ", {'" + member + "': {Type: T}}]}"
	}
	for _, c := range []struct{ body, want string }{
		{loop("text", "A${X}"), failed + "Fn::ForEach layout is incorrect"},
		{loop("{a: b}", "A${X}"), failed + "Could not find a collection or could not be resolved for Fn::ForEach"},
		{loop("!GetAZs ''", "A${X}"), ""},
		{"Conditions: {C: !Equals [a, b]}\nResources: {A: {Type: T, DeletionPolicy: !If [Nope, a, b]}}", "Template error: unresolved condition dependency Nope in Fn::If"},
		{loop("!Split [',', !Sub '${Hidden}']", "A${X}"), "Fn::ForEach with a NoEcho parameter is not built"},
		{loop("!If [C, [a], [b]]", "A${X}"), failed + "Could not find a collection or could not be resolved for Fn::ForEach"},
		{loop("[a-b]", "A${X}"), failed + "LogicalId 'Aa-b' should be alphanumeric"},
		{"Conditions: {IsA: !Equals [a, a]}\nResources: {'Fn::ForEach::L': [X, [A], {'R${X}': {Type: T, Condition: 'Is${X}'}}]}", failed + "Key Is${X} is missing in the map."},
		{topic + "Outputs: {O: {Value: a, Condition: Nope}}", failed + "Key Nope is missing in the map."},
		{loop("[a, b]", "A"), failed + "Duplicate key 'A' when merging keys to parent object in Fn::ForEach"},
		{topic + "Outputs: {'Fn::ForEach::L': [X, [a-b], {'O${X}': {Value: a}}]}", failed + "OutputKey 'Oa-b' should be alphanumeric"},
		{with("!Length {'Fn::GetAtt': [B, List]}"), failed + "The Fn::Length value could not be resolved for properties"},
		{with("{'Fn::ForEach::L': [X, [Transform], {'Fn::${X}': {Name: M}, b: c}]}"), "Fn::Transform is not built"},
		{with("!ToJsonString text"), failed + "Fn::ToJsonString requires an object or a list"},
		{with("!Sub '${P${X}}'"), "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons"},
	} {
		_, err := resolve(extended+c.body, nil)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s is taken", c.body)
			}
			continue
		}
		holdMessage(t, c.body, err, c.want)
	}
}

// TestGrowth: loops and functions cannot make more than a bound, also where they multiply.
func TestGrowth(t *testing.T) {
	t.Parallel()
	items := strings.Repeat("a,", 199) + "a"
	loops := "{A: {Type: T}}"
	for i := range 6 {
		loops = fmt.Sprintf("{'Fn::ForEach::L%d': [X%d, [%s], %s]}", i, i, items, loops)
	}
	_, err := resolve(extended+"Resources: {A: {Type: T, Properties: "+loops+"}}", nil)
	if err == nil {
		t.Error("six loops in each other are taken")
	}
	value := strings.Repeat("a", 4000)
	for range 6 { // each is a thousand times longer
		value = "!Join ['" + strings.Repeat("a", 4000) + "', !Split ['a', " + value + "]]"
	}
	_, err = resolve(with("{V: "+value+"}"), nil)
	holdMessage(t, "joins", err, "Template error: functions make more than 1048576 bytes")
	nested := "a"
	for range 60 {
		nested = "!Sub ['${v}${v}${A}', {v: " + nested + "}]"
	}
	_, err = resolve(with("{V: "+nested+"}"), nil)
	holdMessage(t, "a cycle", err, "Circular dependency between resources: [A]")
	if _, err = resolve(with("{V: "+strings.ReplaceAll(nested, "${A}", "${B}")+"}"), nil); err != nil {
		t.Error(err)
	}
	_, err = resolve(with("{V: "+strings.ReplaceAll(nested, "${A}", "")+"}"), nil)
	holdMessage(t, "texts", err, "Template error: functions make more than 1048576 bytes")
}
