package wire

import (
	"bytes"
	"slices"
	"sync"
)

// PackedTexts writes the JSON of many rows into shared blocks of memory. A text of its
// own takes the next of Go's sizes, and a block can be reused only by texts of the same
// size: together that costs a fifth of the memory of task definitions.
//
// A block is free when none of its texts is used any more.
type PackedTexts struct {
	mu    sync.Mutex
	block []byte // its length is what is taken
}

// textBlock is the size of a block, and longText that of a text which gets memory of
// its own.
const (
	textBlock = 64 << 10
	longText  = 8 << 10
)

// Marshal writes v as JSON.
func (p *PackedTexts) Marshal(v any) Raw {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := len(p.block)
	if cap(p.block)-taken < longText {
		p.block, taken = make([]byte, 0, textBlock), 0
	}
	text := LowerCamel.Append(p.block[taken:taken:taken+longText], v)
	if len(text) > longText { // Append has taken another block, with room to spare
		return bytes.Clone(text)
	}
	p.block = p.block[:taken+len(text)]
	return slices.Clip(text)
}
