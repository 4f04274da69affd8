package deploy_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/deploy"
)

func TestParametersAreReadInTheFormsOfTheCLI(t *testing.T) {
	for file, want := range map[string]string{
		`[]`: "",
		`[{"ParameterKey": "A", "ParameterValue": "a"}, {"ParameterKey": "B", "ParameterValue": "b,c"}]`: "A:a B:b,c ",
		`["A=a", "B=b=c"]`: "A:a B:b=c ",
		`{"Parameters": {"B": "b", "A": "a"}, "Tags": {"team": "shop", "env": "dev"}}`: "A:a B:b env/dev team/shop ",
		`{"Parameters": {}}`: "",
	} {
		read, err := deploy.ReadParameters([]byte(file))
		var got strings.Builder
		for _, p := range read.Values {
			got.WriteString(*p.ParameterKey + ":" + *p.ParameterValue + " ")
		}
		for _, tag := range read.Tags {
			got.WriteString(*tag.Key + "/" + *tag.Value + " ")
		}
		if err != nil || got.String() != want {
			t.Errorf("%s is %q, %v; want %q", file, &got, err, want)
		}
	}
}

func TestOtherFormsOfParametersAreRefused(t *testing.T) {
	for file, want := range map[string]string{
		``: "unexpected end", `"A=a"`: "a list of", `{"A": "a"}`: "a list of", `{"Tags": {}}`: "a list of", `[1]`: "a list of",
		`["A"]`: `"A" has no =`, `[{"ParameterValue": "a"}]`: "has no ParameterKey", `{"Parameters": {"A": 1}}`: "number",
		`{"Parameters": {}, "StackPolicy": {}}`: "not StackPolicy", `[{"ParameterKey": "A", "Value": "a"}]`: "Value",
	} {
		if read, err := deploy.ReadParameters([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is %+v, %v; want %q", file, read, err, want)
		}
	}
}
