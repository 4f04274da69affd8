package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// readValue reads a value of MessagePack: texts and bytes as texts, of extensions only that there was one.
// Source: MessagePack specification.
func readValue(r *bufio.Reader) (any, error) {
	b, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	switch {
	case b < 0x80:
		return int64(b), nil
	case b < 0x90:
		return readMap(r, int(b&0x0f))
	case b < 0xa0:
		return readArray(r, int(b&0x0f))
	case b < 0xc0:
		return readText(r, int(b&0x1f))
	case b >= 0xe0:
		return int64(int8(b)), nil
	}
	switch b {
	case 0xc0:
		return nil, nil
	case 0xc2, 0xc3:
		return b == 0xc3, nil
	case 0xc4, 0xc5, 0xc6: // bin
		return readSized(r, 1<<(b-0xc4), readText)
	case 0xc7, 0xc8, 0xc9: // ext, whose type comes after its size
		return readSized(r, 1<<(b-0xc7), func(r *bufio.Reader, n int) (any, error) { return readText(r, n+1) })
	case 0xca, 0xcb:
		bits, err := readNumber(r, 4<<(b-0xca))
		if b == 0xca {
			return float64(math.Float32frombits(uint32(bits))), err
		}
		return math.Float64frombits(bits), err
	case 0xcc, 0xcd, 0xce, 0xcf:
		n, err := readNumber(r, 1<<(b-0xcc))
		return int64(n), err
	case 0xd0, 0xd1, 0xd2, 0xd3:
		size := 1 << (b - 0xd0)
		n, err := readNumber(r, size)
		return int64(n<<(64-8*size)) >> (64 - 8*size), err
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8: // ext of a fixed size
		return readText(r, 1+1<<(b-0xd4))
	case 0xd9, 0xda, 0xdb:
		return readSized(r, 1<<(b-0xd9), readText)
	case 0xdc, 0xdd:
		return readSized(r, 2<<(b-0xdc), func(r *bufio.Reader, n int) (any, error) { return readArray(r, n) })
	case 0xde, 0xdf:
		return readSized(r, 2<<(b-0xde), func(r *bufio.Reader, n int) (any, error) { return readMap(r, n) })
	}
	return nil, fmt.Errorf("there is no value that begins with %#x", b)
}

func readNumber(r *bufio.Reader, size int) (uint64, error) {
	var bytes [8]byte
	_, err := io.ReadFull(r, bytes[8-size:])
	return binary.BigEndian.Uint64(bytes[:]), err
}

func readSized(r *bufio.Reader, size int, read func(*bufio.Reader, int) (any, error)) (any, error) {
	n, err := readNumber(r, size)
	if err != nil {
		return nil, err
	}
	return read(r, int(n))
}

func readText(r *bufio.Reader, n int) (any, error) {
	text := make([]byte, n)
	_, err := io.ReadFull(r, text)
	return string(text), err
}

func readArray(r *bufio.Reader, n int) ([]any, error) {
	list := make([]any, n)
	for i := range list {
		var err error
		if list[i], err = readValue(r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func readMap(r *bufio.Reader, n int) (map[string]any, error) {
	members := make(map[string]any, n)
	for range n {
		key, err := readValue(r)
		if err != nil {
			return nil, err
		}
		if members[fmt.Sprint(key)], err = readValue(r); err != nil {
			return nil, err
		}
	}
	return members, nil
}
