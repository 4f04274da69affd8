package proxy

import "sync/atomic"

// preface listens to what a client says first, to know one that speaks HTTP/2 without TLS. Net/http's
// server then reads frames, in which there are no heads.
type preface struct {
	heard  int // how much of clientPreface has come, or -1 when something else has
	spoken atomic.Bool
}

const clientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// hear is told of all that is read, by one goroutine.
func (p *preface) hear(b []byte) {
	if p.heard < 0 {
		return
	}
	for _, c := range b {
		if c != clientPreface[p.heard] {
			p.heard = -1
			return
		}
		if p.heard++; p.heard == len(clientPreface) {
			p.heard = -1
			p.spoken.Store(true)
			return
		}
	}
}

func (p *preface) http2() bool { return p.spoken.Load() }
