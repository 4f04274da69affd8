package emulator

import "sync"

// toldARNs are ARNs of which the log has told something, so that it tells it once.
type toldARNs struct {
	mu   sync.Mutex
	told map[string]bool
}

// maxToldARNs is how many are remembered: requests may name any.
const maxToldARNs = 1000

// isNew reports whether the log has yet to tell of an ARN, and remembers it.
func (t *toldARNs) isNew(arn string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told[arn] {
		return false
	}
	if t.told == nil || len(t.told) == maxToldARNs {
		t.told = map[string]bool{}
	}
	t.told[arn] = true
	return true
}

func (t *toldARNs) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = nil
}
