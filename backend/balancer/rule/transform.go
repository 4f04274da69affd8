package rule

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Transform is one that has been read.
type Transform struct {
	Host    bool
	regex   *regexp.Regexp
	replace string
}

func newTransforms(list []balancer.Transform) (read []Transform, err error) {
	for _, t := range list {
		regex, err := regexp.Compile(t.Regex)
		if err != nil {
			return nil, fmt.Errorf("a transform: %w", err)
		}
		if t.Type != "host-header-rewrite" && t.Type != "url-rewrite" {
			return nil, fmt.Errorf("a transform of the type %q", t.Type)
		}
		read = append(read, Transform{t.Type == "host-header-rewrite", regex, t.Replace})
	}
	return read, nil
}

// Apply returns a text with the first match replaced, or false if there is none.
func (t *Transform) Apply(text string) (string, bool) {
	match := t.regex.FindStringSubmatchIndex(text)
	if match == nil {
		return "", false
	}
	group := func(n int) string {
		if match[2*n] < 0 {
			return ""
		}
		return text[match[2*n]:match[2*n+1]]
	}
	return text[:match[0]] + expand(t.replace, t.regex.NumSubexp(), group) + text[match[1]:], true
}

// expand puts what groups have matched in the place of $1, $2 and so on. Of $12 the 2 is
// text where there is no twelfth group; Go's own Expand would take $1x for a name.
func expand(text string, groups int, group func(n int) string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n, digits := 0, 0
		for digits < len(after) && after[digits] >= '0' && after[digits] <= '9' && 10*n+int(after[digits]-'0') <= groups {
			n = 10*n + int(after[digits]-'0')
			digits++
		}
		if digits > 0 {
			b.WriteString(group(n))
		} else {
			b.WriteByte('$')
		}
		text = after[digits:]
	}
}
