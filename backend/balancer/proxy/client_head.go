package proxy

import (
	"bytes"
	"net/http"
	"strings"
)

// clientHead notes of the heads on a connection what net/http's server drops: whether there is a
// Content-Length beside a Transfer-Encoding, and the latter in HTTP/1.0, and whether a header has more
// than one line, or a line ends with LF alone. It keeps nothing of them but the beginning of a line, as
// there may be many of 60 KiB.
type clientHead struct {
	begun, ended     bool
	length, encoding bool   // there are these fields
	folded           bool   // there is a line that goes on with the one before
	bare             bool   // there is a line that ends with LF alone
	last             byte   // of what has come of the present line, but for LF
	size             int64  // how much of it has come
	line             []byte // the beginning of the present line
	after            int64  // how much has come behind the head
	tail             []byte // the end of that, in which the next head may be
	lost             bool   // that begins somewhere in tail, which holds all that has come
	passed           int64  // how much of after belongs to the request before, at most
}

const (
	readAhead   = 4 << 10 // what net/http's server may have read of the next request
	longestName = len("Transfer-Encoding:\r\n")
)

// take notes what has come.
func (h *clientHead) take(p []byte) {
	for len(p) > 0 && !h.ended && !h.lost {
		end := bytes.IndexByte(p, '\n') + 1
		part := p
		if end > 0 {
			part = p[:end]
		}
		h.line = append(h.line, part[:min(len(part), longestName-len(h.line))]...)
		h.size += int64(len(part))
		if n := len(bytes.TrimSuffix(part, []byte("\n"))); n > 0 {
			h.last = part[n-1]
		}
		if p = p[len(part):]; end > 0 {
			h.endLine()
		}
	}
	h.after += int64(len(p))
	switch {
	case h.lost: // a head that is longer may have those fields unseen
		h.tail = append(h.tail, p[:min(len(p), 2*readAhead-len(h.tail))]...)
	case len(p) > 0:
		h.tail = append(h.tail, p[max(0, len(p)-readAhead):]...)
		if len(h.tail) > 2*readAhead {
			h.tail = append(h.tail[:0], h.tail[len(h.tail)-readAhead:]...)
		}
	}
}

func (h *clientHead) endLine() {
	line := bytes.TrimRight(h.line, "\r\n")
	name, _, found := bytes.Cut(line, []byte(":"))
	h.length = h.length || found && strings.EqualFold(string(name), "Content-Length")
	h.encoding = h.encoding || found && strings.EqualFold(string(name), "Transfer-Encoding")
	h.folded = h.folded || h.begun && len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
	h.ended = h.begun && len(line) == 0
	h.begun = h.begun || len(line) > 0
	h.bare = h.bare || h.last != '\r'
	h.line, h.last = h.line[:0], 0
}

// came is how much has come of a head that is not complete. Where it begins somewhere, that is
// about as much.
func (h *clientHead) came() int64 {
	switch {
	case h.lost:
		return h.after - h.passed
	case h.ended:
		return 0
	}
	return h.size
}

// find looks for the head of a request behind one whose end is not known.
func (h *clientHead) find(r *http.Request) {
	if !h.lost {
		return
	}
	text := append([]byte("\n"), h.tail...)
	*h = clientHead{line: h.line[:0]}
	if begin := bytes.Index(text, []byte("\n"+r.Method+" "+r.RequestURI+" "+r.Proto)); begin >= 0 {
		h.take(text[begin+1:])
	}
}

// next leaves a request behind.
func (h *clientHead) next(r *http.Request) {
	behind := h.after - r.ContentLength
	tail := h.tail
	known := h.ended && r.ContentLength >= 0 && behind >= 0 && behind <= int64(len(tail))
	*h = clientHead{line: h.line[:0]}
	if known {
		h.take(tail[int64(len(tail))-behind:])
		return
	}
	h.lost = true // the body of chunks ends somewhere
	h.take(tail[max(0, len(tail)-readAhead):])
}
