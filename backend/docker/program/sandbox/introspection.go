//go:build linux

package main

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// introspectionPort is where the container agent of an instance is asked about its tasks.
const introspectionPort = 51678

// mostIntrospections bounds the connections there, each of which takes two threads while it is open.
const mostIntrospections = 16

// unreadFor is how long a client may say nothing, or read nothing of its answer, which would keep
// others out: as long as an answer may take where metadata is.
const unreadFor = 5 * time.Second

// serveIntrospection listens in this namespace where the agent of a container instance would, on all
// of its addresses, and asks where metadata is, as hold says it, what is asked there.
func serveIntrospection(words []string) error {
	for _, word := range words {
		where, given := strings.CutPrefix(word, "lead=")
		if to, ok := parseAddress(where); given && ok {
			sock, err := listen(introspectionPort)
			if err == nil {
				go introspect(sock, to, unreadFor)
			}
			return err
		}
	}
	return nil // no task has metadata
}

func listen(port int) (sock int, err error) {
	if sock, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err != nil {
		return 0, err
	}
	err = syscall.SetsockoptInt(sock, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	err = errors.Join(err, syscall.Bind(sock, &syscall.SockaddrInet4{Port: port}), syscall.Listen(sock, mostIntrospections))
	if err != nil {
		_ = syscall.Close(sock)
	}
	return sock, err
}

// introspect answers the connections of a socket.
func introspect(sock int, to *syscall.SockaddrInet4, patience time.Duration) {
	free := make(chan struct{}, mostIntrospections)
	for {
		free <- struct{}{}
		conn, _, err := syscall.Accept4(sock, syscall.SOCK_CLOEXEC)
		if err != nil {
			<-free
			time.Sleep(10 * time.Millisecond) // the client has gone, or there is no room for more
			continue
		}
		go func() {
			defer func() { <-free }()
			carry(conn, to, patience)
		}()
	}
}

// carry answers the one request of a connection by asking it where metadata is. That asks with a
// head of its own: the address there is that of the container instance, so another head, which names
// another host, would get what is for the tasks of the instance alone, their credentials above all.
func carry(conn int, to *syscall.SockaddrInet4, patience time.Duration) {
	defer func() { _ = syscall.Close(conn) }()
	most := syscall.NsecToTimeval(patience.Nanoseconds())
	for _, direction := range []int{syscall.SO_SNDTIMEO, syscall.SO_RCVTIMEO} {
		if syscall.SetsockoptTimeval(conn, syscall.SOL_SOCKET, direction, &most) != nil {
			return
		}
	}
	method, target, ok := asked(conn, patience)
	if !ok {
		return
	}
	there, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer func() { _ = syscall.Close(there) }()
	own := syscall.SockaddrInet4{Addr: to.Addr, Port: to.Port} // Connect writes into it
	head := method + " " + target + " HTTP/1.1\r\nHost: agent:" + strconv.Itoa(introspectionPort) + "\r\nConnection: close\r\n\r\n"
	if syscall.Connect(there, &own) == nil && sendAll(there, []byte(head)) {
		copyTo(conn, there)
	}
}

// mostAsked is how long the head of a request may be.
const mostAsked = 8 << 10

// asked reads the head of a request: GET or HEAD, which is all that the agent answers, and a path.
func asked(conn int, patience time.Duration) (method, target string, ok bool) {
	head := make([]byte, 0, mostAsked)
	for end := time.Now().Add(patience); ; {
		if n := bytes.Index(head, []byte("\r\n\r\n")); n >= 0 {
			head = head[:n]
			break
		}
		n, err := syscall.Read(conn, head[len(head):cap(head)])
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 || err != nil || time.Now().After(end) {
			return "", "", false
		}
		head = head[:len(head)+n]
	}
	line, _, _ := strings.Cut(string(head), "\r\n")
	words := strings.Split(line, " ")
	ok = len(words) == 3 && (words[0] == "GET" || words[0] == "HEAD") && strings.HasPrefix(words[1], "/") &&
		!strings.ContainsFunc(words[1], func(r rune) bool { return r < '!' || r > '~' })
	if !ok {
		return "", "", false
	}
	return words[0], words[1], true
}

// copyTo copies what comes until its end, and says the end.
func copyTo(to, from int) {
	var buf [4096]byte
	for {
		n, err := syscall.Read(from, buf[:])
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 || err != nil || !sendAll(to, buf[:n]) {
			_ = syscall.Shutdown(to, syscall.SHUT_WR)
			return
		}
	}
}

// sendAll is writeAll to a socket on which EAGAIN says that its reader has waited for too long.
func sendAll(to int, b []byte) bool {
	for len(b) > 0 {
		n, err := syscall.Write(to, b)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return false
		}
		b = b[n:]
	}
	return true
}
