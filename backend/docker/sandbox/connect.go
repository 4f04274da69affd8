//go:build linux

package main

import "syscall"

const (
	connectTimeout = 5 // seconds
	// lingerTimeout bounds how long the far side may stay silent after our side
	// hung up; without it a peer that never closes would keep this process.
	lingerTimeout = 60 // seconds
)

// connect dials address and copies both ways until the far side ends. The first
// byte on standard output is a zero that says the connection stands; without it
// standard error says why not.
func connect(address string) int {
	to, ok := parseAddress(address)
	if !ok {
		complain("not an IPv4 address and port: " + address)
		return exitUsage
	}
	sock, err := dial(to)
	if err != nil {
		complain("dial tcp " + address + ": " + err.Error())
		return exitFailed
	}
	if !writeAll(1, []byte{0}) {
		return exitFailed
	}
	go func() {
		pump(sock, 0)
		_ = syscall.Shutdown(sock, syscall.SHUT_WR)
		_ = syscall.SetsockoptTimeval(sock, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: lingerTimeout})
	}()
	pump(1, sock)
	return exitOK
}

func dial(to *syscall.SockaddrInet4) (int, error) {
	sock, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	// On Linux the send timeout bounds connect as well.
	limit := &syscall.Timeval{Sec: connectTimeout}
	_ = syscall.SetsockoptTimeval(sock, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, limit)
	_ = syscall.SetsockoptInt(sock, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	err = syscall.Connect(sock, to)
	if err == syscall.EINPROGRESS || err == syscall.EAGAIN {
		err = syscall.ETIMEDOUT
	}
	if err != nil {
		return -1, err
	}
	_ = syscall.SetsockoptTimeval(sock, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &syscall.Timeval{})
	return sock, nil
}

// pump copies from src to dst until either ends.
func pump(dst, src int) {
	buf := make([]byte, 32<<10)
	for {
		n, err := syscall.Read(src, buf)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 || err != nil || !writeAll(dst, buf[:n]) {
			return
		}
	}
}

func writeAll(fd int, b []byte) bool {
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil {
			return false
		}
		b = b[n:]
	}
	return true
}

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
