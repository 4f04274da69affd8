package ssm

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// A name that a parameter can have is found by itself and by its ARN, with and without a
// version; no text breaks the parser.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		"/shop/db", "db", "arn", "a:1", "a:", "a:1:2", "/aws/reference/secretsmanager/x:AWSCURRENT", "arn:aws:ssm:eu-west-1:123456789012:parameter/db:2",
		"arn:aws:ssm:eu-west-1::parameter/aws/service/x", "arn:aws:ssm:us-east-1:1:parameter/x", "//", "/ssm/x", "/a/", strings.Repeat("/a", 16),
	} {
		f.Add(seed)
	}
	s := arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseReference(s, text)
		if err == nil && strings.Contains(r.name, ":") {
			t.Errorf("%q has the name %q", text, r.name)
		}
		if checkName(s, text) != nil {
			return
		}
		for _, version := range []string{"", "7", "prod"} {
			selector := strings.TrimSuffix(":"+version, ":")
			if r, err := parseReference(s, text+selector); err != nil || r != (reference{name: text, selector: version}) {
				t.Errorf("%q: %+v, %v", text+selector, r, err)
			}
			r, err := parseReference(s, ssm.ARN(s, text)+selector)
			if err != nil || strings.TrimPrefix(r.name, "/") != strings.TrimPrefix(text, "/") || r.selector != version || r.foreign {
				t.Errorf("the ARN of %q%s: %+v, %v", text, selector, r, err)
			}
		}
	})
}

func TestLabelsThatCanBe(t *testing.T) {
	for label, want := range map[string]bool{
		"prod": true, "v1.2_x-y": true, "_x": true, ".x": true, "1x": false, "": false, "awsome": false, "SSMx": false, "a b": false, "a:b": false, "a/b": false,
	} {
		if validLabel(label) != want {
			t.Errorf("%q: %t", label, !want)
		}
	}
}
