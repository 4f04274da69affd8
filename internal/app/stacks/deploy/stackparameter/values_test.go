package stackparameter_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy/stackparameter"
)

// TestFiles: the forms that the AWS CLI takes, of create-stack and of deploy.
func TestFiles(t *testing.T) {
	for text, want := range map[string]map[string]string{
		`[{"ParameterKey": "A", "ParameterValue": "a,b"}, {"ParameterKey": "B", "UsePreviousValue": true}]`: {"A": "a,b"},
		`["A=x=y", "B="]`: {"A": "x=y", "B": ""},
		`{"Parameters": {"A": "a", "N": 1000000, "Y": true, "L": ["x", 2]}, "Tags": {"t": "u"}}`: {"A": "a", "N": "1000000", "Y": "true", "L": "x,2"},
		`[]`: {},
	} {
		var got stackparameter.Values
		if err := got.AddFile([]byte(text)); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		`{"A": "b"}`: "parameters are a list of", `A=b`: "parameters are a list of", `["A"]`: `"A" has no =`, `[1]`: "parameters are a list of",
		`[{"ParameterKey": "A"}]`: "A has no ParameterValue", `[{"ParameterKey": "A", "ParameterValue": 1}]`: "number",
	} {
		var got stackparameter.Values
		if err := got.AddFile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
