package wire_test

import (
	"errors"
	"reflect"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// pattern is a service model that wants every member to match it.
type pattern string

func (p pattern) Constraint(string, string, reflect.Type) *wire.Constraint {
	return &wire.Constraint{Pattern: string(p)}
}

// TestPatternsMatchAsRegularExpressions: some patterns are not looked at as such.
func TestPatternsMatchAsRegularExpressions(t *testing.T) {
	for _, p := range []pattern{`([\p{L}\p{Z}\p{N}_.:/=+\-@]*)`, `[^a]*`, `((a|[b-z])*)`, `[a-z]+`, `([a-z]*)-[0-9]*`, `[a-z]*|\s*`} {
		t.Run(string(p), rapid.MakeCheck(func(t *rapid.T) {
			whole := regexp.MustCompile(`\A(?:` + string(p) + `)\z`)
			codec := wire.LowerCamel.WithRules(p)
			for range 10 {
				s := rapid.StringOf(rapid.RuneFrom([]rune("abz-@09 \t\u00a0\u00e9\u20ac\u4e16\U0001f600"))).Draw(t, "s")
				var violation *wire.Violation
				err := codec.Unmarshal(wire.Marshal(&types.Failure{Reason: &s}), new(types.Failure))
				if refused := errors.As(err, &violation) && violation.Kind == wire.BadPattern; refused == whole.MatchString(s) {
					t.Fatalf("%q: %v", s, err)
				}
			}
		}))
	}
}
