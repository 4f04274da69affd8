package control

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// packedLines are the lines of a container, compressed: those of hundreds are in memory together.
type packedLines struct {
	packed   bytes.Buffer
	packer   *flate.Writer // from open to close
	unpacked *bufio.Reader // from the first take on
}

// line is a line with its time, in nanoseconds: the times of engines are only compared.
type line struct {
	at   int64
	text string
}

// packers are kept for the next container, as each takes a megabyte.
var packers sync.Pool

func (p *packedLines) open() {
	if known, ok := packers.Get().(*flate.Writer); ok {
		known.Reset(&p.packed)
		p.packer = known
		return
	}
	p.packer, _ = flate.NewWriter(&p.packed, flate.BestSpeed) // an error is one of the level
}

func (p *packedLines) add(l line) error {
	head := binary.AppendVarint(nil, l.at)
	head = binary.AppendUvarint(head, uint64(len(l.text)))
	if _, err := p.packer.Write(head); err != nil {
		return err
	}
	_, err := io.WriteString(p.packer, l.text)
	return err
}

// close ends the adding of lines.
func (p *packedLines) close() error {
	err := p.packer.Close()
	packers.Put(p.packer)
	p.packer = nil
	return err
}

// take returns the next line, if there is one.
func (p *packedLines) take() (next line, more bool, err error) {
	if p.unpacked == nil {
		p.unpacked = bufio.NewReader(flate.NewReader(&p.packed))
	}
	if next.at, err = binary.ReadVarint(p.unpacked); errors.Is(err, io.EOF) {
		return line{}, false, nil
	}
	var length uint64
	if err == nil {
		length, err = binary.ReadUvarint(p.unpacked)
	}
	if err != nil {
		return line{}, false, err
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(p.unpacked, text); err != nil {
		return line{}, false, err
	}
	next.text = string(text)
	return next, true, nil
}
