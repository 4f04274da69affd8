package wire

// ofNoLength stands for a list, map or text that ends at a break.
const ofNoLength = -1

// valueLength is how many bytes the first value of well-formed data has.
func valueLength(data []byte) int {
	left := data
	var open []int // how many values lack in the lists, maps and tags around the next one, outermost first
	for len(left) > 0 {
		kind, size := left[0]>>5, left[0]&0x1f
		var argument uint64
		argument, left = headArgument(left)
		switch isText := kind == 2 || kind == 3; {
		case kind == 7 && size == 31: // a break
			open = open[:len(open)-1]
		case size == 31:
			open = append(open, ofNoLength)
			continue
		case isText:
			left = left[argument:]
		case kind == 4 && argument > 0:
			open = append(open, int(argument))
			continue
		case kind == 5 && argument > 0:
			open = append(open, 2*int(argument))
			continue
		case kind == 6:
			open = append(open, 1)
			continue
		}
		for len(open) > 0 && open[len(open)-1] == 1 {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			break
		}
		if open[len(open)-1] != ofNoLength {
			open[len(open)-1]--
		}
	}
	return len(data) - len(left)
}

// headArgument reads the head of a value: its argument, and what is left after it.
func headArgument(data []byte) (argument uint64, left []byte) {
	size := data[0] & 0x1f
	data = data[1:]
	if size < 24 || size > 27 {
		return uint64(size), data
	}
	width := 1 << (size - 24)
	for _, b := range data[:width] {
		argument = argument<<8 | uint64(b)
	}
	return argument, data[width:]
}
