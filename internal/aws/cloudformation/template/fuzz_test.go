package template_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

var seeds = []string{
	head + "!Sub ['${Env}${Made.Arn}', {Env: !Join [',', !Ref Subnets]}]",
	head + "!If [Both, !Select [0, !Cidr [10.0.0.0/16, 3, 8]], !Base64 {'Fn::Sub': '${!a}'}]",
	extended + "Resources: {'Fn::ForEach::L': [X, !Ref Names, {'P&{X}': {Type: T, Properties: {S: !Sub '${X}', J: !ToJsonString {n: [!Ref X]}, L: !Length [a]}}}]}",
	"a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n" + topic,
	"a: !!set {b}\n" + topic, "? [a]\n: b", "%YAML 1.1\n---\na: b\n...\n", "a: !<tag:yaml.org,2002:str> b", "!Ref\n", "- !If", "a: 1\n<<: {b: c}\n" + topic,
	strings.Repeat("[", 51_200), strings.Repeat("- ", 5_000), strings.Repeat("{a: ", 12_800), "a: " + strings.Repeat("!Sub ", 100) + "b",
	strings.Repeat(`{"a":[`, 8_000), `{"Resources":{"A":{"Type":"T","Properties":{"P":{"Fn::Sub":["${a}",{"a":{"Fn::GetAtt":"A.b"}}]}}}}}`,
	`{"Resources":{"A":{"Type":"T","DependsOn":["A"],"Condition":"C"}},"Conditions":{"C":{"Fn::Equals":[{"Ref":"P"},"\ud83d\ude00"]}},"Parameters":{"P":{"Type":"Number","Default":1}}}`,
	"Rules: {R: {Assertions: [{Assert: !EachMemberIn [!ValueOfAll [a, b], !RefAll c]}]}}\n" + topic,
	"Outputs: {O: {Value: {Ref: A}, Export: {Name: {'Fn::Sub': '${AWS::NoValue}x'}}}}\n" + topic,
	"Resources: {A: {Type: T, Properties: {P: {Ref: AWS::NoValue}}, Metadata: !Ref AWS::NoValue, DeletionPolicy: !Ref AWS::NoValue}}",
	"Resources: {A: {Type: T, Properties: !Ref AWS::NoValue}}",
	topic + "Mappings: {M: {a: {b: []}}}\nConditions: {C: !Equals [!Select [0, !FindInMap [M, a, b]], c]}",
}

// FuzzTemplates holds of any text, in both syntaxes: no panic, errors of templates alone, and bounded memory; what resolves can
// be filled, and filled again without a change.
func FuzzTemplates(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > template.MaxBody {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		hold(t, text)
		runtime.ReadMemStats(&after)
		if made := after.TotalAlloc - before.TotalAlloc; made > 256<<20 {
			t.Errorf("%d MiB are made of %d bytes", made>>20, len(text))
		}
	})
}

func hold(t *testing.T, text string) {
	t.Helper()
	if read, err := template.Parse(text); err == nil {
		open, err := read.Resolve(template.Input{Environment: account{}, Open: true, MissingExports: true})
		if own := (*document.Error)(nil); err != nil && !errors.As(err, &own) {
			t.Errorf("with open parameters: %T %v", err, err)
		}
		if err == nil {
			for _, r := range open.Resources {
				_, _ = template.Fill(r.Properties, attributes)
			}
		}
	}
	stack, err := resolve(text, nil)
	if err != nil {
		var own *document.Error
		if !errors.As(err, &own) || own.Message == "" {
			t.Errorf("%T %v", err, err)
		}
		return
	}
	for _, o := range stack.Outputs {
		if value, shown, err := o.Fill(attributes); err == nil && (!value.Scalar() || !shown.Scalar()) {
			t.Errorf("%s: %s, shown as %s", o.Name, value.JSON(), shown.JSON())
		}
	}
	for _, r := range stack.Resources {
		stack.Causes(r.LogicalID)
		filled, shown, err := r.Fill(attributes)
		if err == nil && !shown.Known() {
			t.Errorf("%s: shown as %s", r.LogicalID, shown.JSON())
		}
		if err != nil {
			continue
		}
		again, err := template.Fill(filled, attributes)
		if err != nil || !filled.Known() || !again.Equal(filled) {
			t.Errorf("%s: %s, %v", r.LogicalID, filled.JSON(), err)
		}
	}
}

// FuzzFunctions puts any text where functions are written.
func FuzzFunctions(f *testing.F) {
	for _, seed := range []string{"!Ref A", "!Sub ['${a.b}', {}]", "!Join ['', [!Ref Made]]", "{'Fn::Split': [a, b]}", "!If [Both, {}, []]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hold(t, head+text)
		hold(t, extended+"Conditions: {Both: !Equals [a, a]}\nResources:\n  Made: {Type: T}\n  A:\n    Type: T\n    Properties:\n      P: "+text)
	})
}
