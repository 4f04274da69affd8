package targetinput_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

func transformer(template string, paths map[string]string) *types.Target {
	return &types.Target{
		Id: new("target"), Arn: new("arn:aws:sqs:us-east-1:111111111111:input"),
		InputTransformer: &types.InputTransformer{InputTemplate: &template, InputPathsMap: paths},
	}
}

func TestInputPathIsNotForECS(t *testing.T) {
	target := &types.Target{Id: new("probe"), Arn: new("arn:aws:ecs:us-east-1:111111111111:cluster/c"), InputPath: new("$.detail")}
	const want = "InputPath is not a valid form of input for target probe. The only valid forms of input are Input and InputTransformer."
	if err := targetinput.Check(target); err == nil || err.Error() != want {
		t.Errorf("%v, not %s", err, want)
	}
}

func TestRefusalsNameTheLineAndColumn(t *testing.T) {
	for text, place := range map[string]string{
		"{\n \"a\": x}": "line: 2, column: 7]",
		"[1,\n\nx]":     "line: 3, column: 1]",
		"{} x":          "line: 1, column: 4]",
		"{":             "line: 1, column: 2]",
	} {
		target := &types.Target{Id: new("t"), Arn: new("arn:aws:sqs:us-east-1:111111111111:q"), Input: &text}
		if err := targetinput.Check(target); err == nil || !strings.HasSuffix(err.Error(), place) {
			t.Errorf("%q: %v, not %s", text, err, place)
		}
	}
}

func TestPlaceholdersInNamesOfMembers(t *testing.T) {
	paths := map[string]string{"v": "$.detail.text"}
	for template, refused := range map[string]bool{
		`{"a<v>":1}`:            true,
		`{"a":{"b":1,"<v>":2}}`: true,
		`[{"x":[1],"<v>":1}]`:   true,
		`{"a":["<v>","<v>"]}`:   false,
		`{"a":"\"<v>"}`:         false,
		`{"<v>"`:                true, // as it is no JSON
		`{"< v >":"<>"}`:        false,
	} {
		if err := targetinput.Check(transformer(template, paths)); (err != nil) != refused {
			t.Errorf("%s: %v", template, err)
		}
	}
}

func TestPlaceholdersThatAreNotDeclared(t *testing.T) {
	const want = "InputTemplate for target target contains invalid placeholder undeclared."
	paths := map[string]string{"v": "$.detail.text"}
	if err := targetinput.Check(transformer(`"got <v> from <undeclared>"`, paths)); err == nil || err.Error() != want {
		t.Errorf("%v, not %s", err, want)
	}
	for template, paths := range map[string]map[string]string{`"got <undeclared>"`: nil, `"got <v> at <aws.events.event.ingestion-time>"`: paths} {
		if err := targetinput.Check(transformer(template, paths)); err != nil {
			t.Errorf("%s: %v", template, err)
		}
	}
}

func TestPaths(t *testing.T) {
	const event = `{"a":[{"b":[1,2]},{"c":0},{"b":[3]}],"n":null,"d":{"e":{"f":"x"}},"twice":1,"twice":2}`
	for path, want := range map[string]string{
		"$.d.e.f":                   `"x"`,
		"$.a[0].b[1]":               "2",
		"$.a[*].b":                  "[[1,2],[3]]",
		"$.a[*].b[*]":               "[1,2,3]",
		"$.a[*].b[0]":               "[1,3]",
		"$.a[*].nothing":            "[]",
		"$.a[3]":                    "{}",
		"$.d[0]":                    "{}",
		"$.n[*]":                    "{}",
		"$.n.x":                     "{}",
		"$.twice":                   "2",
		"$[0]":                      "{}",
		"$.a[0000000000000000]":     `{"b":[1,2]}`,
		"$.a[99999999999999999999]": "refused",
		"$.a[+1]":                   "refused",
		"$.a[1":                     "refused",
		"$.a[]":                     "refused",
		"$a":                        "refused",
		"$.":                        "refused",
		"$.a.":                      "refused",
		"$.a b":                     "refused",
		"$.*":                       "refused",
		"$.a[?(@.b)]":               "refused",
	} {
		target := &types.Target{Id: new("t"), Arn: new("arn:aws:sqs:us-east-1:111111111111:q"), InputPath: &path}
		got := "refused"
		if err := targetinput.Check(target); err == nil {
			got, _ = targetinput.Render(target, event, probe)
		}
		if got != want {
			t.Errorf("%s: %s, not %s", path, got, want)
		}
	}
}

func TestInputOfASchedule(t *testing.T) {
	run := targetinput.Run{
		ScheduleARN: "arn:aws:scheduler:us-east-1:111111111111:schedule/default/nightly",
		Due:         time.Date(2026, 10, 25, 3, 0, 0, 0, time.FixedZone("CET", 3600)), ID: "d32c5kddcf5bb8c3",
	}
	got := targetinput.Schedule(`{"a":"<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>",`+
		`"n":"<aws.scheduler.attempt-number>","x":"<aws.scheduler.unknown>"}`, run)
	const want = `{"a":"arn:aws:scheduler:us-east-1:111111111111:schedule/default/nightly 2026-10-25T02:00:00Z","id":"d32c5kddcf5bb8c3",` +
		`"n":"2","x":"<aws.scheduler.unknown>"}`
	if got = targetinput.Attempt(got, 2); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// FuzzInputTransformer: what is admitted can be rendered with any event, what is valid is JSON, and an object of
// placeholders outside of quotes is.
func FuzzInputTransformer(f *testing.F) {
	for _, c := range recorded(f) {
		if c.Input.InputTransformer != nil {
			path := c.Input.InputTransformer.InputPathsMap["value"]
			f.Add(*c.Input.InputTransformer.InputTemplate, path, event)
			f.Add(`{"a":{"b":[`+*c.Input.InputTransformer.InputTemplate+`]}}`, path, event)
		}
	}
	f.Fuzz(func(t *testing.T, template, path, event string) {
		if !json.Valid([]byte(event)) {
			event = `{"detail":` + string(must(json.Marshal(event))) + `}`
		}
		target := transformer(template, map[string]string{"value": path, "v": "$.detail"})
		byPath := &types.Target{Id: target.Id, Arn: target.Arn, InputPath: &path}
		if targetinput.Check(byPath) == nil {
			if got, _ := targetinput.Render(byPath, event, probe); !json.Valid([]byte(got)) {
				t.Errorf("%s of %s is %s", path, event, got)
			}
		}
		if err := targetinput.Check(target); err != nil {
			if err.Error() == "" {
				t.Error("no reason")
			}
			return
		}
		got, valid := targetinput.Render(target, event, probe)
		if again, _ := targetinput.Render(target, event, probe); again != got {
			t.Errorf("%s, and %s again", got, again)
		}
		if !strings.Contains(template, "<") && (got != template || !valid) {
			t.Errorf("%s becomes %s", template, got)
		}
		plain := !strings.ContainsAny(template, `"`+"\\") && strings.HasPrefix(template, "{")
		if plain && !valid && !strings.Contains(strings.NewReplacer("<value>", "", "<v>", "").Replace(template), "<") {
			t.Errorf("%s of %s is %s", template, event, got)
		}
	})
}

func must(text []byte, _ error) []byte { return text }

// A template as large as they may be, of an event as large as they may be, is filled in at once.
func TestLargeTemplates(t *testing.T) {
	large := `{"detail":{"text":"` + strings.Repeat("x", 256<<10) + `","n":7}}`
	template := "[" + strings.Repeat("<v>,", 2000) + "0]"
	began := time.Now()
	got, valid := targetinput.Render(transformer(template, map[string]string{"v": "$.detail.n"}), large, probe)
	if !valid || got != "["+strings.Repeat("7,", 2000)+"0]" {
		t.Errorf("it becomes %.40s", got)
	}
	if took := time.Since(began); took > 2*time.Second { // asking the event for each takes longer
		t.Errorf("it took %v", took)
	}
}
