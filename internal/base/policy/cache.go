package policy

import (
	"cmp"
	"sync"
)

// Cache keeps documents that are compiled, by their text, so that each version of one is compiled once. Its zero value is
// ready for use.
type Cache struct {
	mu sync.RWMutex
	// recent are kept until they have half of the bytes; then they are the older ones, of which those stay that are asked for.
	recent, older map[string]*Policy
	size          int // of recent
	max           int // maxCached if it is 0
}

// maxCached is how many bytes the compiled documents of a cache have.
const maxCached = 32 << 20

// Compile returns what Compile does.
func (c *Cache) Compile(text string) *Policy {
	c.mu.RLock()
	recent := c.recent[text]
	var older *Policy
	if recent == nil {
		older = c.older[text]
	}
	c.mu.RUnlock()
	switch {
	case recent != nil:
		return recent
	case older != nil:
		return c.keep(text, older)
	}
	return c.keep(text, Compile(text))
}

// keep returns the one that is kept, which another may have put there meanwhile.
func (c *Cache) keep(text string, p *Policy) *Policy {
	size, half := len(text)+p.size(), cmp.Or(c.max, maxCached)/2
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept := c.recent[text]; kept != nil || size > half {
		return cmp.Or(kept, p)
	}
	if c.recent == nil || c.size+size > half {
		c.recent, c.older, c.size = map[string]*Policy{}, c.recent, 0
	}
	c.recent[text], c.size = p, c.size+size
	return p
}
