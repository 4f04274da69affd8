package executionresource

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/google/go-cmp/cmp"
)

const (
	anSSM  = "arn:aws:ssm:eu-west-1:000000000000:parameter"
	aStore = "arn:aws:secretsmanager:us-west-2:000000000000:secret:db-AbCdEf"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func TestParseSecret(t *testing.T) {
	for from, want := range map[string]secretReference{
		"/a/b":                   {region: "us-east-1", parameter: "/a/b", name: "/a/b"},
		"a:3":                    {region: "us-east-1", parameter: "a:3", name: "a:3"},
		anSSM + "/a/b":           {region: "eu-west-1", parameter: anSSM + "/a/b", name: "/a/b"},
		anSSM + "/a":             {region: "eu-west-1", parameter: anSSM + "/a", name: "a"},
		aStore:                   {region: "us-west-2", secret: aStore},
		aStore + ":key::":        {region: "us-west-2", secret: aStore, key: "key"},
		aStore + ":::v":          {region: "us-west-2", secret: aStore, version: "v"},
		aStore + "::AWSPENDING:": {region: "us-west-2", secret: aStore, stage: "AWSPENDING"},
	} {
		if got, err := parseSecret(from, scope); err != nil || got != want {
			t.Errorf("%s: %+v %v", from, got, err)
		}
	}
	for _, from := range []string{aStore + ":key", aStore + ":key:", aStore + ":a:b:c:d", strings.TrimSuffix(aStore, ":db-AbCdEf")} {
		if got, err := parseSecret(from, scope); err == nil {
			t.Errorf("%s: %+v", from, got)
		}
	}
}

func TestParseEnvironmentFile(t *testing.T) {
	const content = "# comment\nA=1\r\n\nB=a=b #c\n C = \"d\" \nEMPTY=\n=none\nword\nexport X=1\n#D=1\nLAST=end"
	var got []string
	for _, v := range parseEnvironmentFile([]byte(content)) {
		got = append(got, *v.Name+"="+*v.Value)
	}
	if diff := cmp.Diff([]string{"A=1", "B=a=b #c", ` C = "d" `, "export X=1", "LAST=end"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
