package template_test

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func many(call string, n int) string { return "[" + strings.Repeat(call+",", n) + "x]\n" }

// doubled is a value that is twice as long with each level.
func doubled(value string, levels int) string {
	for range levels {
		value = "!Sub ['${v}${v}',{v: " + value + "}]"
	}
	return value
}

// each are resources with one value.
func each(value string, n int) string {
	var text strings.Builder
	text.WriteString("Resources:\n  B: {Type: T}\n")
	for i := range n {
		fmt.Fprintf(&text, "  A%d: {Type: T, Properties: {P: %s}}\n", i, value)
	}
	return text.String()
}

// TestFunctionsCannotMakeMuchOfLittle has templates of at most 50 kB that would come to many MB. It does not run beside others,
// for it counts what is allocated.
func TestFunctionsCannotMakeMuchOfLittle(t *testing.T) {
	long := "Parameters: {L: {Type: CommaDelimitedList, Default: '" + strings.Repeat("x", 4000) + "'}}\nTransform: AWS::LanguageExtensions\n"
	items := "["
	for i := range 200 {
		items += strconv.Itoa(i) + ","
	}
	items = strings.TrimSuffix(items, ",") + "]"
	for name, text := range map[string]string{
		"a long text in a mapping":       "Mappings: {M: {a: {b: " + strings.Repeat("x", 25_000) + "}}}\n" + with(many("!FindInMap [M,a,b]", 1340)),
		"a list of empty texts":          "Parameters: {P: {Type: CommaDelimitedList, Default: '" + strings.Repeat(",", 4095) + "'}}\n" + with(many("!Ref P", 6500)),
		"a mapping of empty texts":       "Mappings: {M: {a: {b: [" + strings.Repeat("'',", 8000) + "'']}}}\n" + with(many("!FindInMap [M,a,b]", 1340)),
		"a text that is split":           with(many("!Split [a,"+strings.Repeat("a", 400)+"]", 120)),
		"Base64 of Base64":               with(strings.Repeat("!Base64 {'Fn::Base64': ", 60) + strings.Repeat("x", 40_000) + strings.Repeat("}", 60)),
		"JSON of JSON":                   "Transform: AWS::LanguageExtensions\n" + with(strings.Repeat("!ToJsonString [", 90)+`"\"\"\"\"\"\"\"\"\"\"\"\""`+strings.Repeat("]", 90)),
		"resources of 1 MiB each":        each(doubled("xxxxxxxx", 16), 90),
		"a text of a loop":               long + "Resources: {A: {Type: T, Properties: {'Fn::ForEach::L': [X, !Ref L, {a: !Sub '" + strings.Repeat("${X}", 11_000) + "'}]}}}",
		"a name of a loop":               `{"Transform": "AWS::LanguageExtensions", "Parameters": {"L": {"Type": "CommaDelimitedList", "Default": "` + strings.Repeat("x", 4000) + `"}}, "Resources": {"A": {"Type": "T", "Properties": {"Fn::ForEach::L": ["X", {"Ref": "L"}, {"` + strings.Repeat("&{X}", 11_000) + `": "a"}]}}}}`,
		"a loop in a loop":               "Transform: AWS::LanguageExtensions\nResources: {A: {Type: T, Properties: {'Fn::ForEach::L': [X, " + items + ", {'Fn::ForEach::M': [Y, " + items + ", {'${X}.${Y}': [" + strings.Repeat("a,", 5000) + "]}]}]}}}",
		"loops of nothing in each other": "Transform: AWS::LanguageExtensions\nResources: {A: {Type: T, Properties: {'Fn::ForEach::L': [X, " + items + ", {'Fn::ForEach::M': [Y, " + items + ", {'Fn::ForEach::N': [Z, " + items + ", {}]}]}]}}}",
	} {
		if len(text) > template.MaxBody {
			t.Errorf("%s: a template of %d bytes", name, len(text))
		}
		made := allocated(func() {
			if _, err := resolve(text, nil); err == nil || !strings.Contains(err.Error(), "functions make more than") {
				t.Errorf("%s: %v", name, err)
			}
		})
		if made > 64<<20 {
			t.Errorf("%s: %d MiB", name, made>>20)
		}
	}
}

// allocated is how many bytes a function allocates.
func allocated(by func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	by()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestResourcesTogetherAreBounded: what a resource gets of others is bounded, and so is what all of a stack get.
func TestResourcesTogetherAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"one that doubles":    with(doubled("!GetAtt B.Arn", 20)),
		"many attributes":     with("!Join ['', " + strings.Replace(many("!Ref B", 7000), ",x]", "]", 1) + "]"),
		"many resources":      each(doubled("!Ref B", 20), 78),
		"many resources more": each(doubled("!Ref B", 9), 160),
	} {
		if len(text) > template.MaxBody {
			t.Errorf("%s: a template of %d bytes", name, len(text))
		}
		stack, err := resolve(text, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		made, refused := 0, 0
		for _, r := range stack.Resources {
			filled, _, err := r.Fill(func(document.Reference) (*document.Value, error) {
				return document.NewText(strings.Repeat("x", 2000)), nil
			})
			if err != nil {
				refused++
				continue
			}
			if n := len(filled.JSON()); n > 1<<20 {
				t.Errorf("%s: %s has %d bytes", name, r.LogicalID, n)
			} else {
				made += n
			}
		}
		if made > 32<<20 || refused == 0 {
			t.Errorf("%s: %d bytes are made, and %d resources refused", name, made, refused)
		}
	}
	stack, err := resolve(with("!Sub '${B.Arn}'"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = stack.Resources[1].Fill(func(document.Reference) (*document.Value, error) {
		return document.NewText(strings.Repeat("x", 16_000)), nil
	}); err != nil {
		t.Errorf("a long attribute: %v", err)
	}
}

// TestNothingIsQuadratic has templates of nearly a megabyte, the most that AWS takes: what goes through all members for each
// member would take minutes.
func TestNothingIsQuadratic(t *testing.T) {
	t.Parallel()
	var variables, text, attributes, calls strings.Builder
	for i := range 40_000 {
		name := "V" + strconv.Itoa(100_000+i)
		fmt.Fprintf(&variables, `"%s":"",`, name)
		fmt.Fprintf(&text, "${%s}", name)
		fmt.Fprintf(&attributes, `"%s":"",`, name)
	}
	for range 12_000 {
		calls.WriteString(`{"Fn::FindInMap":["M","a","V139999"]},`)
	}
	for name, body := range map[string]string{
		"variables": `{"Resources":{"A":{"Type":"T","Properties":{"P":{"Fn::Sub":["` + text.String() + `",{` + strings.TrimSuffix(variables.String(), ",") + `}]}}}}}`,
		"mappings": `{"Mappings":{"M":{"a":{` + strings.TrimSuffix(attributes.String(), ",") + `}}},"Resources":{"A":{"Type":"T","Properties":{"P":[` +
			strings.TrimSuffix(calls.String()[:len(calls.String())*9/12], ",") + `]}}}}`,
		"members": `{"Resources":{"A":{"Type":"T","Properties":{` + strings.TrimSuffix(attributes.String(), ",") + `}}}}`,
	} {
		began := time.Now()
		if _, err := resolve(body, nil); err != nil && !strings.Contains(err.Error(), "functions make") {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s of %d bytes take %s", name, len(body), took)
		}
	}
	var v, reversed document.Value
	v.Kind, reversed.Kind = document.Map, document.Map
	for i := range 200_000 {
		v.Members = append(v.Members, document.Member{Name: strconv.Itoa(i), Value: document.NewText("x")})
	}
	reversed.Members = slices.Clone(v.Members)
	slices.Reverse(reversed.Members)
	if began := time.Now(); !v.Equal(&reversed) || time.Since(began) > 5*time.Second {
		t.Errorf("values of many members are compared in %s", time.Since(began))
	}
}

// TestLargeTemplates: the largest one of a request, with all resources that may be, resolves in no time that a caller would see.
func TestLargeTemplates(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("Parameters: {P: {Type: String, Default: a}}\nConditions: {C: !Equals [!Ref P, a]}\nResources:\n  R0: {Type: T}\n")
	for i := 1; i < 500; i++ {
		fmt.Fprintf(&text, "  R%d: {Type: T, Properties: {A: !GetAtt R%d.Arn, B: !If [C, !Ref R0, x], C: !Sub '${R%d}'}}\n", i, i-1, i/2)
	}
	text.WriteString("#" + strings.Repeat(" ", template.MaxBody-text.Len()-1))
	best := time.Hour
	for range 3 {
		began := time.Now()
		stack, err := resolve(text.String(), nil)
		if err != nil || len(stack.Resources) != 500 {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	if best > time.Second {
		t.Errorf("%d bytes take %s", text.Len(), best)
	}
}

// TestValuesThatParametersMakeUnfit are refused once they are known.
func TestValuesThatParametersMakeUnfit(t *testing.T) {
	t.Parallel()
	for property, want := range map[string]string{
		"!Join [',', !Ref E]":             "every Fn::Join object requires two parameters",
		"{'Fn::GetAtt': [B, !Ref Empty]}": "Fn::GetAtt",
	} {
		_, err := resolve("Parameters: {E: {Type: String, Default: dev}, Empty: {Type: String, Default: ''}}\n"+with(property), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", property, err)
		}
	}
}
