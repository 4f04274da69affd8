package image

import (
	"sync"
	"time"

	"github.com/moby/moby/api/types/jsonstream"
)

// progress is how much of the layers of an image has come, as far as the engine has said it.
type progress struct {
	mu     sync.Mutex
	layers map[string]layer // by id
}

// layer is in bytes, as they are sent.
type layer struct{ done, total int64 }

// note takes over a message of the engine. The progress of unpacking is in bytes of another kind.
func (p *progress) note(m jsonstream.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case m.Status == "Downloading" && m.Progress != nil:
		if p.layers == nil {
			p.layers = map[string]layer{}
		}
		p.layers[m.ID] = layer{m.Progress.Current, m.Progress.Total}
	case m.Status == "Download complete" && p.layers[m.ID].total > 0:
		p.layers[m.ID] = layer{p.layers[m.ID].total, p.layers[m.ID].total}
	}
}

// limit is for how long the engine may say nothing more.
func (p *progress) limit() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.layers {
		if l.done < l.total {
			return inactivityTimeout
		}
	}
	return beginTimeout
}

// read sums up the layers of which the engine has told; the others follow.
func (p *progress) read() (done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.layers {
		done, total = done+l.done, total+l.total
	}
	return done, total
}
