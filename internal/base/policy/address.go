package policy

import (
	"net/netip"
	"strconv"
	"strings"
)

// IsAddress reports whether conditions take a text of a request for an address.
func IsAddress(text string) bool {
	_, ok := readAddress(text)
	return ok
}

// readAddress reads the address of a request. One of IPv4 may be written as IPv6 does, ::ffff:192.0.2.1, and is one of
// IPv4; other addresses with dots are none (AC43).
func readAddress(s string) (netip.Addr, bool) {
	if !strings.Contains(s, ":") {
		return readIPv4(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" || strings.Contains(s, ".") && !a.Is4In6() {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// readIPv4 takes zeros before each number, which are not octal (AC43).
func readIPv4(s string) (netip.Addr, bool) {
	var bytes [4]byte
	fields := strings.Split(s, ".")
	if len(fields) != len(bytes) {
		return netip.Addr{}, false
	}
	for i, field := range fields {
		n, err := strconv.ParseUint(field, 10, 8)
		if err != nil || !allDigits(field) {
			return netip.Addr{}, false
		}
		bytes[i] = byte(n)
	}
	return netip.AddrFrom4(bytes), true
}

// readRange reads the range of a policy, or an address alone. Its family is the one in which it is written. Host bits of
// IPv4 do not count; with host bits of IPv6 the range has no addresses, not even its own (AC43).
func readRange(s string) (r netip.Prefix, ok bool) {
	address, bits, has := strings.Cut(s, "/")
	var a netip.Addr
	if strings.Contains(address, ":") {
		var err error
		if a, err = netip.ParseAddr(address); err != nil || a.Zone() != "" || strings.Contains(address, ".") {
			return r, false
		}
	} else if a, ok = readIPv4(address); !ok {
		return r, false
	}
	n := a.BitLen()
	if has {
		digits := strings.TrimPrefix(bits, "+")
		var err error
		if n, err = strconv.Atoi(digits); err != nil || !allDigits(digits) || n > a.BitLen() {
			return r, false
		}
	}
	r = netip.PrefixFrom(a, n).Masked()
	return r, a.Is4() || r.Addr() == a
}
