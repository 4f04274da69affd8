package wire

import (
	"encoding/binary"
	"fmt"
)

// checkCounts refuses lists and maps that claim more entries than there are bytes left. smithy-go takes
// one with 2^63 entries or more for an empty one, and a request that names nothing may mean everything.
// It looks at one head after the other, so nesting costs nothing; where data is malformed otherwise it
// leaves the refusal to the decoder.
func checkCounts(data []byte) error {
	for len(data) > 0 {
		kind, size := data[0]>>5, data[0]&0x1f
		data = data[1:]
		argument := uint64(size)
		if size >= 24 && size <= 27 {
			width := 1 << (size - 24)
			if len(data) < width {
				return nil
			}
			var wide [8]byte
			copy(wide[8-width:], data[:width])
			argument, data = binary.BigEndian.Uint64(wide[:]), data[width:]
		}
		if size > 27 { // of no stated length, a break, or reserved
			continue
		}
		switch isText := kind == 2 || kind == 3; {
		case isText && argument > uint64(len(data)):
			return nil
		case isText:
			data = data[argument:]
		case (kind == 4 || kind == 5) && argument > uint64(len(data)):
			return &SyntaxError{Format: "CBOR", Reason: fmt.Sprintf("%d entries, but %d bytes are left", argument, len(data))}
		}
	}
	return nil
}
