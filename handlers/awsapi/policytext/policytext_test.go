package policytext_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
)

// Amazon ECR was seen to print an Action of one element without brackets (ECR-15).
func TestListsOfOne(t *testing.T) {
	for text, want := range map[string]string{
		`{"Action":["a"],"Other":["a"]}`: "{\n  \"Action\" : \"a\",\n  \"Other\" : [ \"a\" ]\n}",
		`{"Action":["a", "b"]}`:          "{\n  \"Action\" : [ \"a\", \"b\" ]\n}",
		`{"Action":[{"Action":[]}]}`:     "{\n  \"Action\" : [ {\n    \"Action\" : [ ]\n  } ]\n}",
		`{"Action":["<&>"]}`:             "{\n  \"Action\" : \"<&>\"\n}",
		`{"Action":`:                     `{"Action":`,
	} {
		if got := policytext.Print(text, "Action"); got != want {
			t.Errorf("%s is printed as\n%s, want\n%s", text, got, want)
		}
	}
}
