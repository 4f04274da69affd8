package balancer

import (
	"fmt"
	"strconv"
	"strings"
)

// Matcher is the codes that a healthy target answers: 200, 200,202 or 200-299, or of
// gRPC 0 to 99.
type Matcher []codeRange

type codeRange struct{ from, to int }

// NewMatcher reads the Matcher of a [HealthCheck], whose codes are from lowest to highest.
func NewMatcher(text string, lowest, highest int) (Matcher, error) {
	var m Matcher
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("matcher %q: %w", text, err)
		}
		to, err := strconv.ParseUint(last, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("matcher %q: %w", text, err)
		}
		r := codeRange{int(from), int(to)}
		if r.from < lowest || r.to > highest || r.from > r.to {
			return nil, fmt.Errorf("matcher %q: codes are %d to %d", text, lowest, highest)
		}
		m = append(m, r)
	}
	return m, nil
}

// Matches reports whether a target that answers with a code is healthy.
func (m Matcher) Matches(code int) bool {
	for _, r := range m {
		if r.from <= code && code <= r.to {
			return true
		}
	}
	return false
}
