package balancer

import (
	"fmt"
	"strconv"
	"strings"
)

// matcher is the codes that a healthy target answers: 200, 200,202 or 200-299, or of
// gRPC 0 to 99.
type matcher []codeRange

type codeRange struct{ from, to int }

// CheckMatcher reports what keeps a balancer from reading the Matcher of a [HealthCheck], whose
// codes are of a range: who stores one asks before it does.
func CheckMatcher(text string, lowest, highest int) error {
	_, err := newMatcher(text, lowest, highest)
	return err
}

func newMatcher(text string, lowest, highest int) (matcher, error) {
	var m matcher
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

func (m matcher) matches(code int) bool {
	for _, r := range m {
		if r.from <= code && code <= r.to {
			return true
		}
	}
	return false
}
