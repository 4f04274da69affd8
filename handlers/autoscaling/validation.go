package autoscaling

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// violations collects what the model refuses, which AWS answers at once.
type violations []string

func (v *violations) add(value, member, demand string) {
	*v = append(*v, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: Member must %s", value, member, demand))
}

// printable is what strings of the service consist of. Source: EC2 Auto Scaling API
// reference, in AWS's words and in Go's.
const printableText = `[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`

var printable = lazyregexp.New(`^[\x{20}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}\r\n\t]*$`)

// required checks a text that must be there.
func (v *violations) required(member string, value *string, most int) {
	if value == nil {
		v.add("null", member, "not be null")
		return
	}
	v.text(member, value, 1, most)
}

// name checks the name of a group.
func (v *violations) name(value *string) { v.required("autoScalingGroupName", value, 255) }

// text checks a text that may be absent.
func (v *violations) text(member string, value *string, least, most int) {
	if value == nil {
		return
	}
	shown := "'" + *value + "'"
	switch n := utf8.RuneCountInString(*value); {
	case n < least:
		v.add(shown, member, fmt.Sprintf("have length greater than or equal to %d", least))
	case n > most:
		v.add(shown, member, fmt.Sprintf("have length less than or equal to %d", most))
	}
	if !printable.MatchString(*value) {
		v.add(shown, member, "satisfy regular expression pattern: "+printableText)
	}
}

// launchTemplateName is what names of launch templates consist of. Source: EC2 Auto Scaling
// API reference, LaunchTemplateSpecification.
var launchTemplateName = lazyregexp.New(`^[a-zA-Z0-9\(\)\.\-/_]+$`)

// matches checks a text that may be absent, or is too short anyhow.
func (v *violations) matches(member string, value *string, pattern *lazyregexp.Regexp) {
	if value != nil && *value != "" && !pattern.MatchString(*value) {
		v.add("'"+*value+"'", member, "satisfy regular expression pattern: "+strings.Trim(pattern.String(), "^$"))
	}
}

// present checks a number or a flag that must be there.
func present[T any](v *violations, member string, value *T) {
	if value == nil {
		v.add("null", member, "not be null")
	}
}

// between checks a number that may be absent.
func (v *violations) between(member string, value *int32, least, most int32) {
	switch {
	case value == nil:
	case *value < least:
		v.add(fmt.Sprintf("'%d'", *value), member, fmt.Sprintf("have value greater than or equal to %d", least))
	case *value > most:
		v.add(fmt.Sprintf("'%d'", *value), member, fmt.Sprintf("have value less than or equal to %d", most))
	}
}

// oneOf checks a text that may be absent and has one of few values.
func oneOf[S ~string](v *violations, member string, value S, values []S) {
	if value != "" && !slices.Contains(values, value) {
		v.add("'"+string(value)+"'", member, "satisfy enum value set: ["+strings.ReplaceAll(strings.Trim(fmt.Sprint(values), "[]"), " ", ", ")+"]")
	}
}

// err is the refusal, nil if there is nothing to refuse.
func (v violations) err() error {
	if len(v) == 0 {
		return nil
	}
	plural := map[bool]string{true: "s"}[len(v) > 1]
	return invalid("%d validation error%s detected: %s", len(v), plural, strings.Join(v, "; "))
}
