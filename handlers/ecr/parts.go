package ecr

import "sync"

// parts remembers the uploads with a part that is small, as only the last one may be.
type parts struct {
	mu    sync.Mutex
	small map[string]int // parts from the first small one on, by the id of their upload
}

// add notes a part of so many bytes.
func (p *parts) add(upload string, size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if size < smallPart || p.small[upload] > 0 {
		if p.small == nil {
			p.small = map[string]int{}
		}
		p.small[upload]++
	}
}

// end forgets an upload, and reports whether a part before the last one was small.
func (p *parts) end(upload string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.small[upload]
	delete(p.small, upload)
	return n > 1
}
