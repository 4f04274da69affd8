package ssm

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// checkPattern asks that a pattern matches all of a value. That it is all is an assumption:
// AWS's is the language of Java, where that is what matches means.
func checkPattern(pattern, value string) error {
	if pattern == "" {
		return nil
	}
	expression, err := readPattern(pattern)
	if err != nil {
		return err
	}
	if !expression.MatchString(value) {
		return refusal("ParameterPatternMismatchException", "Parameter value, cannot be validated against allowedPattern: %s", pattern)
	}
	return nil
}

// readPattern refuses patterns that are none (SSM0006), and those that may be one in Java but
// are none, or another one, in Go.
func readPattern(pattern string) (*regexp.Regexp, error) {
	_, err := regexp.Compile(pattern) // by itself: what follows must not end in it
	if wrong := (*syntax.Error)(nil); errors.As(err, &wrong) && inNoLanguage(wrong) {
		return nil, refusal("InvalidAllowedPatternException", "The syntax of the allowedPattern parameter is invalid.")
	}
	whole, wholeErr := regexp.Compile(`^(?s:` + pattern + `)$`)
	if err != nil || wholeErr != nil || nestsClasses(pattern) {
		return nil, awsapi.NotImplemented("ssm", "the AllowedPattern "+pattern+", which is not in Go's language of regular expressions")
	}
	return whole, nil
}

// inNoLanguage reports whether a pattern that is wrong in Go is so in Java as well. Classes of
// Java, such as \p{Alpha}, are ranges to Go.
func inNoLanguage(wrong *syntax.Error) bool {
	switch wrong.Code {
	case syntax.ErrMissingBracket, syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash:
		return true
	case syntax.ErrInvalidCharRange:
		return !strings.HasPrefix(wrong.Expr, `\`)
	}
	return false
}

// nestsClasses reports whether there is a class of characters in another one, or what two of
// them have in common, as in [a-z&&[^x]]: to Go these are brackets and ampersands.
func nestsClasses(pattern string) bool {
	inside := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case rest[0] == '\\':
			i++
		case inside && (rest[0] == '[' || strings.HasPrefix(rest, "&&")):
			return true
		case rest[0] == '[':
			inside = true
			i += len(firstOfClass.FindString(rest[1:]))
		case rest[0] == ']':
			inside = false
		}
	}
	return false
}

// firstOfClass is what does not end a class at its beginning.
var firstOfClass = lazyregexp.New(`^\^?\]?`)
