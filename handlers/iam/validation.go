package iam

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// constraint is what the model demands of a member. Source: IAM API reference.
type constraint struct {
	min, max int
	pattern  *pattern
}

// pattern is a regular expression in AWS's words and in Go's.
type pattern struct {
	text string
	re   *lazyregexp.Regexp
}

func newPattern(text, re string) *pattern {
	return &pattern{text, lazyregexp.New(`^(?:` + re + `)$`)}
}

var (
	entityName  = newPattern(`[\w+=,.@-]+`, `[\w+=,.@-]+`)
	roleName    = constraint{1, 64, entityName}
	name128     = constraint{1, 128, entityName}
	path        = constraint{1, 512, newPattern(`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, `/|/[!-~]+/`)}
	pathPrefix  = constraint{1, 512, newPattern(`\u002F[\u0021-\u007F]*`, `/[!-\x7F]*`)}
	description = constraint{0, 1000, newPattern(`[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`, `[\t\n\r -~¡-ÿ]*`)}
	document    = constraint{1, 131072, newPattern(`[\u0009\u000A\u000D\u0020-\u00FF]+`, `[\t\n\r -ÿ]+`)}
	policyARN   = constraint{20, 2048, nil}
	versionID   = constraint{1, 32, newPattern(`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`, `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`)}
	markerText  = constraint{1, 320, nil}
	tagKey      = constraint{1, 128, newPattern(`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`, `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`)}
	tagValue    = constraint{0, 256, newPattern(`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`)}
	serviceName = constraint{1, 128, entityName}
)

// maxTags is the number of tags of a request, and of an entity.
const maxTags = 50

// violations collects what the model refuses, which AWS answers at once (IAM0001).
type violations []string

func (v *violations) add(member, demand string) {
	*v = append(*v, fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must %s", member, demand))
}

// required checks a member that must be there.
func (v *violations) required(member string, value *string, c constraint) {
	if value == nil {
		v.add(member, "not be null")
		return
	}
	v.optional(member, value, c)
}

// optional checks a member that may be absent.
func (v *violations) optional(member string, value *string, c constraint) {
	if value == nil {
		return
	}
	n := utf8.RuneCountInString(*value)
	if c.pattern != nil && !c.pattern.re.MatchString(*value) && n >= c.min {
		v.add(member, "satisfy regular expression pattern: "+c.pattern.text)
	}
	if n > c.max {
		v.add(member, fmt.Sprintf("have length less than or equal to %d", c.max))
	}
	if n < c.min {
		v.add(member, fmt.Sprintf("have length greater than or equal to %d", c.min))
	}
}

// between checks a number that may be absent.
func (v *violations) between(member string, value *int32, low, high int32) {
	switch {
	case value == nil:
	case *value < low:
		v.add(member, fmt.Sprintf("have value greater than or equal to %d", low))
	case *value > high:
		v.add(member, fmt.Sprintf("have value less than or equal to %d", high))
	}
}

// oneOf checks a member that may be absent and has one of few values.
func oneOf[S ~string](v *violations, member string, value S, values []S) {
	if value != "" && !slices.Contains(values, value) {
		v.add(member, fmt.Sprintf("satisfy enum value set: [%s]", strings.ReplaceAll(strings.Trim(fmt.Sprint(values), "[]"), " ", ", ")))
	}
}

// page checks the members of every list.
func (v *violations) page(marker *string, maxItems *int32) {
	v.optional("marker", marker, markerText)
	v.between("maxItems", maxItems, 1, 1000)
}

func (v *violations) tags(tags []types.Tag) {
	if len(tags) > maxTags {
		v.add("tags", fmt.Sprintf("have length less than or equal to %d", maxTags))
	}
	for i, tag := range tags {
		member := fmt.Sprintf("tags.%d.member.", i+1)
		v.required(member+"key", tag.Key, tagKey)
		v.required(member+"value", tag.Value, tagValue)
	}
}

func (v *violations) tagKeys(keys []string) {
	if len(keys) > maxTags {
		v.add("tagKeys", fmt.Sprintf("have length less than or equal to %d", maxTags))
	}
	for _, key := range keys {
		var of violations
		if of.required("", &key, tagKey); len(of) > 0 {
			v.add("tagKeys", "satisfy constraint: [Member must have length less than or equal to 128, "+
				"Member must have length greater than or equal to 1, "+
				"Member must satisfy regular expression pattern: "+tagKey.pattern.text+", Member must not be null]")
			return
		}
	}
}

// err is the refusal, nil if there is nothing to refuse.
func (v violations) err() error {
	if len(v) == 0 {
		return nil
	}
	plural := map[bool]string{true: "s"}[len(v) > 1]
	return validationError("%d validation error%s detected: %s", len(v), plural, strings.Join(v, "; "))
}

// pathOrRoot is the path of something that is made.
func pathOrRoot(path *string) string {
	if path == nil {
		return "/"
	}
	return *path
}

// under reports whether a path is one that a list asks for.
func under(path string, prefix *string) bool { return strings.HasPrefix(path, aws.ToString(prefix)) }
