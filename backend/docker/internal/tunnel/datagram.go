package tunnel

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"syscall"
)

// mostDatagram is the most that a datagram has over IPv4.
// Source: RFC 768; RFC 791.
const mostDatagram = 65535 - 20 - 8

// Datagrams carries datagrams over a stream, each behind its length in two bytes.
type Datagrams struct {
	stream io.ReadWriter

	writing sync.Mutex
	out     []byte // what a deadline has left of one

	reading sync.Mutex
	in      []byte // may hold part of a datagram when a deadline passes
}

// NewDatagrams takes a stream over.
func NewDatagrams(stream io.ReadWriter) *Datagrams { return &Datagrams{stream: stream} }

func (d *Datagrams) Write(b []byte) (int, error) {
	if len(b) > mostDatagram {
		return 0, syscall.EMSGSIZE
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	if err := d.flush(); err != nil { // one that was begun ends before the next
		return 0, err
	}
	d.out = append(binary.BigEndian.AppendUint16(d.out[:0], uint16(len(b))), b...)
	whole := len(d.out)
	if err := d.flush(); err != nil {
		if len(d.out) == whole {
			d.out = d.out[:0] // it is lost
		}
		return 0, err
	}
	return len(b), nil
}

// flush writes what there is to write, and keeps the rest when that fails.
func (d *Datagrams) flush() error {
	if len(d.out) == 0 {
		return nil
	}
	n, err := d.stream.Write(d.out)
	d.out = d.out[:copy(d.out, d.out[n:])]
	return err
}

// Read receives one. What b has no room for is lost.
func (d *Datagrams) Read(b []byte) (int, error) {
	d.reading.Lock()
	defer d.reading.Unlock()
	if err := d.fill(2); err != nil {
		return 0, err
	}
	size := 2 + int(binary.BigEndian.Uint16(d.in))
	if err := d.fill(size); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	n := copy(b, d.in[2:size])
	d.in = d.in[:0]
	return n, nil
}

// fill reads until there are size bytes, and keeps what it has when that fails.
func (d *Datagrams) fill(size int) error {
	for len(d.in) < size {
		if cap(d.in) < size {
			d.in = append(make([]byte, 0, max(size, 2048)), d.in...)
		}
		n, err := d.stream.Read(d.in[len(d.in):size])
		d.in = d.in[:len(d.in)+n]
		if err != nil && len(d.in) < size {
			if errors.Is(err, io.EOF) && len(d.in) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}
