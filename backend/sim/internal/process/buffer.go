package process

import "github.com/ecs-emulator/ecs-emulator/backend"

// mostWaiting is how much output waits to be read: as of a pipe.
const mostWaiting = 64 << 10

// buffer is output that waits to be read, in order.
type buffer struct {
	pieces []piece
	size   int
}

type piece struct {
	from backend.Stream
	data []byte
}

func (b *buffer) add(from backend.Stream, data []byte) {
	b.size += len(data)
	if last := len(b.pieces) - 1; last >= 0 && b.pieces[last].from == from {
		b.pieces[last].data = append(b.pieces[last].data, data...)
		return
	}
	b.pieces = append(b.pieces, piece{from, append([]byte(nil), data...)})
}

func (b *buffer) take(p []byte) (n int, from backend.Stream) {
	first := &b.pieces[0]
	n = copy(p, first.data)
	b.size -= n
	from = first.from
	if first.data = first.data[n:]; len(first.data) == 0 {
		b.pieces = b.pieces[1:]
	}
	return n, from
}
