package stackparameter_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check/stackparameter"
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
		`{"A": "b"}`: "has no JSON as for --parameters", `A=b`: "has no JSON as for", `["A"]`: `item 1 "A" has no value`, `["=b"]`: "has no value",
		`[{"ParameterKey": "A"}]`: "item 1 has no ParameterValue", `[{"ParameterValue": "A"}]`: "has no ParameterKey", `[1]`: "neither a text nor",
		`[{"ParameterKey": "A", "ParameterValue": 1}]`: "neither a text nor", `{"Parameters": {"A": {}}}`: "parameter A is no text", `{"Parameters": {"A": null}}`: "parameter A is no text",
	} {
		var got stackparameter.Values
		if err := got.AddFile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
