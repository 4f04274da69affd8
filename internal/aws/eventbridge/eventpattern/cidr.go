package eventpattern

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// cidr is a block of addresses: those whose hexadecimal digits are from bottom to top. The digits are compared as
// text, without regard to how many there are. Source: recorded answers: 10.0.0.0/8 has a00::1, and a block of
// all addresses has the number 1.
type cidr struct{ bottom, top string }

// newCIDR reads a block, in which bits of the host may be set.
func newCIDR(text string) (cidr, *Error) {
	parts := strings.Split(strings.TrimRight(text, "/"), "/")
	if len(parts) != 2 {
		return cidr{}, &Error{Reason: "Malformed CIDR, one '/' required"}
	}
	bits, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return cidr{}, &Error{Reason: "Malformed CIDR, mask bits must be an integer"}
	}
	if bits < 0 {
		return cidr{}, &Error{Reason: "Malformed CIDR, mask bits must not be negative"}
	}
	address, refused := addressOf(parts[0])
	if refused != nil {
		return cidr{}, refused
	}
	switch {
	case len(address) == 4 && bits > 31:
		return cidr{}, &Error{Reason: "IPv4 mask bits must be < 32"}
	case bits > 127:
		return cidr{}, &Error{Reason: "IPv6 mask bits must be < 128"}
	}
	top := make([]byte, len(address))
	for i := range address {
		fixed := min(max(int(bits)-8*i, 0), 8)
		host := byte(0xff >> fixed)
		address[i], top[i] = address[i]&^host, address[i]|host
	}
	return cidr{hexadecimal(address), hexadecimal(top)}, nil
}

func (c cidr) matches(v *value) bool {
	if v.kind != word {
		return c.has(v.raw())
	}
	address, refused := addressOf(v.text)
	return refused == nil && c.has(hexadecimal(address))
}

// has walks along the digits of both ends until they say that the text is between them.
func (c cidr) has(text string) bool {
	atBottom, atTop := true, true
	for i := range min(len(text), len(c.bottom)) {
		digit, bottom, top := text[i], byte('0'), byte('F')
		if atBottom {
			bottom = c.bottom[i]
		}
		if atTop {
			top = c.top[i]
		}
		if digit < bottom || digit > top || !isHexadecimal(digit) {
			return false
		}
		atBottom, atTop = atBottom && digit == bottom, atTop && digit == top
		if !atBottom && !atTop {
			return true
		}
	}
	return len(text) >= len(c.bottom)
}

func isHexadecimal(c byte) bool { return isDigit(c) || 'A' <= c && c <= 'F' }

func hexadecimal(address []byte) string { return fmt.Sprintf("%X", address) }

// addressOf is an address of 4 or 16 bytes. Source: recorded answers; 010 is 10, and an address that has both
// colons and dots is refused.
func addressOf(text string) ([]byte, *Error) {
	digits := strings.Trim(text, "0123456789abcdefABCDEF:.") == ""
	switch parts := strings.Split(text, "."); {
	case digits && len(parts) == 1 && strings.Contains(text, ":"):
		if address, err := netip.ParseAddr(text); err == nil {
			return address.Unmap().AsSlice(), nil
		}
	case digits && len(parts) == 4 && strings.Trim(text, "0123456789.") == "" && !slices.Contains(parts, ""):
		address := make([]byte, 4)
		for i, part := range parts {
			number, err := strconv.ParseUint(part, 10, 8)
			if err != nil {
				return nil, &Error{Reason: "Invalid IP address: " + text}
			}
			address[i] = byte(number)
		}
		return address, nil
	default:
		return nil, &Error{Reason: "Nonstandard IP address: " + text}
	}
	return nil, &Error{Reason: "Invalid IP address: " + text}
}
