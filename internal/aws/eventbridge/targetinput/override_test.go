package targetinput_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func TestOverrides(t *testing.T) {
	const whole = `{"containerOverrides": [{"name": "app", "command": [], "cpu": 1, "environment": [{"name": "A", "value": null}],
		"resourceRequirements": [{"type": "GPU", "value": "1", "sharingStrategy": {"x": [1]}}]}], "cpu": "256", "ephemeralStorage": {"sizeInGiB": 30}}`
	for text, want := range map[string]string{
		"{}": "{}", "null": "null", whole: whole,
		`{"cpu": 256, "containerOverrides": [{"cpu": "12", "memory": 7, "environment": [{"name": "A", "value": 1.5}, {"value": true}]}]}`: `{"cpu": "256", ` +
			`"containerOverrides": [{"cpu": 12, "memory": 7, "environment": [{"name": "A", "value": "1.5"}, {"value": "true"}]}]}`,
	} {
		if got, err := targetinput.Override(text); err != nil || got != want {
			t.Errorf("%s: %s, %v, not %s", text, got, err, want)
		}
	}
}

func TestInputsThatAreNoOverrides(t *testing.T) {
	for text, rest := range map[string]string{
		`{"VAR1": "string"}`:               `string"}`,
		`{"VAR1": 12}`:                     `}`,
		`{"VAR1": null }`:                  ` }`,
		`{"VAR1" : [1]}`:                   `1]}`,
		`{"VAR1":{}}`:                      `}}`,
		`{"Cpu": "1"}`:                     `1"}`,
		`{"noSmithyDocumentSerde": "1"}`:   `1"}`,
		`{"": "1"}`:                        `1"}`,
		`["x"]`:                            `["x"]`,
		`"x"`:                              `"x"`,
		` 17`:                              `17`,
		`{"containerOverrides": {}}`:       `{}}`,
		`{"containerOverrides": [ "app"]}`: `"app"]}`,
		`{"cpu": ["256"]}`:                 `["256"]}`,
		`{"ephemeralStorage": {"sizeInGiB": "much"}}`:             `"much"}}`,
		`{"ephemeralStorage": {"sizeInGiB": true}}`:               `true}}`,
		`{"containerOverrides": [{"memory": 4294967296}]}`:        `4294967296}]}`,
		`{"containerOverrides": [{"name": "app", "env": ["a"]}]}`: `"a"]}]}`,
	} {
		want := "Unable to convert target input to TaskOverride, JSON syntax error in input: " + eventpattern.Place(text, strings.LastIndex(text, rest))
		if _, err := targetinput.Override(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, not %s", text, err, want)
		}
	}
}

// FuzzOverride: what is an override can be read as one.
func FuzzOverride(f *testing.F) {
	for _, text := range []string{`{"VAR1": "string"}`, `{"cpu": 1, "containerOverrides": [{"cpu": "7", "command": [null, true]}]}`, `{"cpu`, "[", "null"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		typed, err := targetinput.Override(text)
		if err != nil {
			return
		}
		var o ecstypes.TaskOverride
		if err := wire.Unmarshal([]byte(typed), &o); err != nil {
			t.Errorf("%s becomes %s: %v", text, typed, err)
		}
		if again, err := targetinput.Override(typed); err != nil || again != typed {
			t.Errorf("%s becomes %s, %v", typed, again, err)
		}
	})
}
