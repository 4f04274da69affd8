package sts

import (
	"fmt"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// demand is what the model demands of a text. Source: STS API reference.
type demand struct {
	low, high int
	text      string // the pattern in AWS's words
	pattern   *lazyregexp.Regexp
}

func newDemand(low, high int, text, pattern string) demand {
	return demand{low, high, text, lazyregexp.New(`^(?:` + pattern + `)$`)}
}

var (
	sessionName    = newDemand(2, 64, `[\w+=,.@-]*`, `[\w+=,.@-]*`)
	sessionPolicy  = newDemand(1, 2048, `[\u0009\u000A\u000D\u0020-\u00FF]+`, `[\t\n\r -ÿ]+`)
	externalID     = newDemand(2, 1224, `[\w+=,.@:\/-]*`, `[\w+=,.@:/-]*`)
	accessKeyID    = newDemand(16, 128, `[\w]*`, `\w*`)
	serialNumber   = newDemand(9, 256, `[\w+=/:,.@-]*`, `[\w+=/:,.@-]*`)
	tokenCode      = newDemand(6, 6, `[\d]*`, `\d*`)
	sessionTagKey  = newDemand(1, 128, `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`, `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`)
	sessionTagText = newDemand(0, 256, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`)
)

// Bounds of ARNs and lists. Source: STS API reference, AssumeRole.
const (
	minARN, maxARN     = 20, 2048
	maxSessionTags     = 50
	maxSessionPolicies = 10
)

// violations are what the model refuses.
type violations struct{ constraint.Violations }

// required checks a text that must be there.
func (v *violations) required(member string, value *string, d demand) {
	if value == nil {
		v.Add("null", member, "not be null")
		return
	}
	v.optional(member, value, d)
}

// optional checks a text that may be absent.
func (v *violations) optional(member string, value *string, d demand) {
	if value == nil {
		return
	}
	if utf8.RuneCountInString(*value) >= d.low && !d.pattern.MatchString(*value) {
		v.Add("'"+*value+"'", member, "satisfy regular expression pattern: "+d.text)
	}
	v.Text(member, value, d.low, d.high)
}

// atMost checks the length of a list.
func (v *violations) atMost(member string, n, limit int) {
	if n > limit {
		v.Add("", member, fmt.Sprintf("have length less than or equal to %d", limit))
	}
}

// err is the refusal, nil if there is nothing to refuse.
func (v *violations) err() error { return v.Refusal("ValidationError") }

// validationError has no type in the SDK.
func validationError(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}
