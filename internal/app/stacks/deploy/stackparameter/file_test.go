package stackparameter_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy/stackparameter"
)

func TestParametersAreReadInTheFormsOfTheCLI(t *testing.T) {
	for file, want := range map[string]string{
		`[]`: "",
		`[{"ParameterKey": "A", "ParameterValue": "a"}, {"ParameterKey": "B", "ParameterValue": "b,c"}]`: "A:a B:b,c ",
		`["A=a", "B=b=c"]`: "A:a B:b=c ",
		`{"Parameters": {"B": "b", "A": "a"}, "Tags": {"team": "shop", "env": "dev"}}`: "A:a B:b env/dev team/shop ",
		`{"Parameters": {}}`: "",
		`{"Parameters": {"A": "a"}, "StackPolicy": {"Statement": []}}`: `A:a {"Statement": []}`,
	} {
		read, err := stackparameter.Read([]byte(file))
		var got strings.Builder
		for _, p := range read.Parameters {
			got.WriteString(*p.ParameterKey + ":" + *p.ParameterValue + " ")
		}
		for _, tag := range read.Tags {
			got.WriteString(*tag.Key + "/" + *tag.Value + " ")
		}
		got.WriteString(read.StackPolicy)
		if err != nil || got.String() != want {
			t.Errorf("%s is %q, %v; want %q", file, &got, err, want)
		}
	}
}

func TestOtherFormsOfParametersAreRefused(t *testing.T) {
	for file, want := range map[string]string{
		``: "unexpected end", `"A=a"`: "a list of", `{"A": "a"}`: "a list of", `{"Tags": {}}`: "a list of", `[1]`: "a list of",
		`["A"]`: `"A" has no =`, `["=b"]`: "has no ParameterKey", `[{"ParameterValue": "a"}]`: "has no ParameterKey", `{"Parameters": {"A": {}}}`: "A is no text", `{"Parameters": {"A": null}}`: "A is no text", `{"Parameters": {}} x`: "after top-level value",
		`{"Parameters": {}, "Policy": {}}`: `unknown field "Policy"`, `{"Parameters": {}, "Tags": {"a": 1}}`: "number", `[{"ParameterKey": "A", "Value": "a"}]`: "Value",
	} {
		if read, err := stackparameter.Read([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is %+v, %v; want %q", file, read, err, want)
		}
	}
}
