package awsapi

import (
	"io"
	"net"
	"net/http"
)

// Pieces is an output most of whose JSON exists already. Its pieces, which do not
// change any more, are sent as they are: to copy those of a long answer together
// takes as long as all else that a request needs.
type Pieces interface {
	Pieces() net.Buffers
}

// shortest is from how many bytes on pieces are worth a system call of their own.
const shortest = 16 << 10

// payload is the body of an answer: text, or the pieces that others keep.
type payload struct {
	text   []byte
	pieces net.Buffers
}

// set takes over the pieces of an output.
func (p *payload) set(pieces net.Buffers) {
	if p.pieces = pieces; p.len() >= shortest {
		return
	}
	for _, piece := range pieces {
		p.text = append(p.text, piece...)
	}
	p.pieces = nil
}

// clear leaves nothing but the memory of the text.
func (p *payload) clear() { p.text, p.pieces = p.text[:0], nil }

func (p *payload) len() int {
	n := len(p.text)
	for _, piece := range p.pieces {
		n += len(piece)
	}
	return n
}

// send writes the payload. A client that went away is no concern of ours.
func (p *payload) send(w http.ResponseWriter) {
	if p.pieces == nil {
		_, _ = w.Write(p.text)
		return
	}
	if direct, ok := w.(io.ReaderFrom); ok { // net/http hands all the pieces to the connection at once
		_, _ = direct.ReadFrom(&p.pieces)
		return
	}
	_, _ = p.pieces.WriteTo(w)
}
