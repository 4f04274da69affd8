package template_test

import (
	"strings"
	"testing"
)

// TestFunctionsCannotMakeMuchOfLittle has templates of 50 kB that would come to many MB.
func TestFunctionsCannotMakeMuchOfLittle(t *testing.T) {
	t.Parallel()
	many := func(call string, n int) string { return "[" + strings.Repeat(call+",", n) + "x]\n" }
	for name, text := range map[string]string{
		"a long text in a mapping": "Mappings: {M: {a: {b: " + strings.Repeat("x", 25_000) + "}}}\n" + with(many("!FindInMap [M,a,b]", 1340)),
		"a list of empty texts":    "Parameters: {P: {Type: CommaDelimitedList, Default: '" + strings.Repeat(",", 4095) + "'}}\n" + with(many("!Ref P", 7100)),
	} {
		if _, err := resolve(text, nil); err == nil || !strings.Contains(err.Error(), "functions make more than") {
			t.Errorf("%s: %v", name, err)
		}
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
