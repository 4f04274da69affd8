package taskdef

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// refuse is the error class of nearly every rule of RegisterTaskDefinition.
func refuse(format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return &types.ClientException{Message: &message}
}

// invalid is the error class of RunTask's rules and of a few registration rules.
func invalid(format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return &types.InvalidParameterException{Message: &message}
}

// checkEnum refuses a value that is not in the list; the empty string is absence.
// The wording is the form that ECS uses for enumerations elsewhere ("launch type
// should be one of [EC2,FARGATE,EXTERNAL]"); for these members it has no source.
func checkEnum[T ~string](member string, value T, allowed []T) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return refuse("%s should be one of [%s]", member, joinValues(allowed))
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func joinValues[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ",")
}

// value is what a pointer points to, the zero value for nil.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func isTrue(p *bool) bool { return p != nil && *p }
