//go:build linux

package main

import "syscall"

// parseAddress reads a.b.c.d:port.
func parseAddress(s string) (*syscall.SockaddrInet4, bool) {
	address, port, ok := parsePair(s, ':', 65535)
	if !ok || port == 0 {
		return nil, false
	}
	return &syscall.SockaddrInet4{Addr: address, Port: port}, true
}

// parsePair reads an IPv4 address and a number behind it.
func parsePair(s string, separator byte, most int) (address [4]byte, number int, ok bool) {
	field, value, digits := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] >= '0' && s[i] <= '9' {
			value, digits = value*10+int(s[i]-'0'), digits+1
			if digits > 5 {
				return address, 0, false
			}
			continue
		}
		switch {
		case digits == 0:
			return address, 0, false
		case field < 3 && i < len(s) && s[i] == '.' && value < 256,
			field == 3 && i < len(s) && s[i] == separator && value < 256:
			address[field] = byte(value)
		case field == 4 && i == len(s) && value <= most:
			return address, value, true
		default:
			return address, 0, false
		}
		field, value, digits = field+1, 0, 0
	}
	return address, 0, false
}

func writeAll(fd int, b []byte) {
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil {
			return
		}
		b = b[n:]
	}
}
