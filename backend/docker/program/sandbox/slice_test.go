//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakeSystemd takes calls and answers them. What it reads it takes apart by the signature,
// without the code that puts messages together.
type fakeSystemd struct {
	socket string
	refuse map[string]string  // method to the name of an error
	stop   func(slice string) // nil is nothing

	mu    sync.Mutex
	calls []string
}

func newFakeSystemd(t *testing.T, refuse map[string]string, stop func(string)) *fakeSystemd {
	t.Helper()
	f := &fakeSystemd{socket: filepath.Join(t.TempDir(), "private"), refuse: refuse, stop: stop}
	listener, err := net.Listen("unix", f.socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if err := f.serve(conn); err != nil {
				t.Error(err)
			}
			_ = conn.Close()
		}
	}()
	return f
}

func (f *fakeSystemd) serve(conn net.Conn) error {
	in := bufio.NewReader(conn)
	if line, _ := in.ReadString('\n'); line != "\x00AUTH EXTERNAL 30\r\n" {
		return fmt.Errorf("first line %q", line)
	}
	if line, _ := in.ReadString('\n'); line != "BEGIN\r\n" || in.Buffered() > 0 {
		return fmt.Errorf("second line %q, and %d bytes before the answer", line, in.Buffered())
	}
	_, _ = io.WriteString(conn, "OK 0123456789abcdef0123456789abcdef\r\n")
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(in, head); err != nil {
			return nil // the client has gone
		}
		length := binary.LittleEndian.Uint32(head[12:])
		rest := make([]byte, (length+7)/8*8+binary.LittleEndian.Uint32(head[4:]))
		if _, err := io.ReadFull(in, rest); err != nil {
			return err
		}
		fields := reader{b: append(head[12:16:16], rest[:length]...)}
		fields.b = append(make([]byte, 12), fields.b...) // alignment counts from the start of the message
		fields.at = 12
		header := fmt.Sprint(fields.value("a(yv)"))
		signature := between(header, "{8 ", "}")
		body := reader{b: rest[(length+7)/8*8:]}
		method := between(header, "{3 ", "}")
		call := method + body.values(signature)
		f.mu.Lock()
		f.calls = append(f.calls, call)
		f.mu.Unlock()
		if method == "StopUnit" && f.stop != nil {
			f.stop(strings.Trim(between(call, "[", " "), "[]"))
		}
		_, _ = conn.Write(message(4, "", "")) // a signal, which was not asked for
		if name := f.refuse[method]; name != "" {
			_, _ = conn.Write(message(3, name, "no"))
			continue
		}
		_, _ = conn.Write(message(2, "", ""))
	}
}

// expect compares the calls so far.
func (f *fakeSystemd) expect(t *testing.T, want ...string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Equal(f.calls, want) {
		t.Errorf("calls\n%q; want\n%q", f.calls, want)
	}
}

func between(s, start, end string) string {
	_, s, _ = strings.Cut(s, start)
	s, _, _ = strings.Cut(s, end)
	return s
}

// message is one of systemd's.
func message(kind byte, errorName, text string) []byte {
	var fields, body []byte
	if errorName != "" {
		fields = append([]byte{4, 1, 's', 0, byte(len(errorName)), 0, 0, 0}, errorName+"\x00"...)
		body = append([]byte{byte(len(text)), 0, 0, 0}, text+"\x00"...)
	}
	m := append([]byte{'l', kind, 0, 1, byte(len(body)), 0, 0, 0, 9, 0, 0, 0, byte(len(fields)), 0, 0, 0}, fields...)
	for len(m)%8 != 0 {
		m = append(m, 0)
	}
	return append(m, body...)
}

// reader takes a message apart.
type reader struct {
	b  []byte
	at int
}

func (r *reader) skip(to int) {
	for ; r.at%to != 0; r.at++ {
		if r.b[r.at] != 0 {
			panic("what fills up is not zero")
		}
	}
}

func (r *reader) number(size int) (n uint64) {
	r.skip(size)
	for i := range size {
		n |= uint64(r.b[r.at+i]) << (8 * i)
	}
	r.at += size
	return n
}

func (r *reader) string(length int) string {
	s := string(r.b[r.at : r.at+length])
	if r.at += length + 1; r.b[r.at-1] != 0 {
		panic("a string without end")
	}
	return s
}

func (r *reader) value(signature string) any {
	switch signature[0] {
	case 'y':
		return r.number(1)
	case 'u', 'b':
		return r.number(4)
	case 't':
		return r.number(8)
	case 's', 'o':
		return r.string(int(r.number(4)))
	case 'g':
		return r.string(int(r.number(1)))
	case 'v':
		return r.value(r.string(int(r.number(1))))
	case '(':
		r.skip(8)
		return "{" + strings.Trim(r.values(signature[1:len(signature)-1]), "[]") + "}"
	case 'a':
		length := int(r.number(4))
		if signature[1] == '(' {
			r.skip(8)
		}
		var all []any
		for end := r.at + length; r.at < end; {
			all = append(all, r.value(signature[1:]))
		}
		return all
	}
	panic("unknown type " + signature)
}

// values of a signature with several types.
func (r *reader) values(signature string) string {
	var all []any
	for signature != "" {
		n, depth := 0, 0
		for {
			c := signature[n]
			n++
			switch c {
			case '(':
				depth++
			case ')':
				depth--
			case 'a':
				continue
			}
			if depth == 0 {
				break
			}
		}
		all = append(all, r.value(signature[:n]))
		signature = signature[n:]
	}
	return fmt.Sprint(all)
}

func TestASliceGetsLimits(t *testing.T) {
	const numbers = "{MemoryMax 67108864} {MemorySwapMax 0} {CPUQuotaPerSecUSec 250000} {CPUWeight 18446744073709551615}"
	limits := groupLimits{memory: 64 << 20, swap: 0, cpu: 25_000, weight: unlimited}
	start := "StartTransientUnit[a-b.slice replace [{Description limits of ecs-emulator} {DefaultDependencies 0} " + numbers + "] []]"
	for name, c := range map[string]struct {
		refuse map[string]string
		want   []string
		err    string
	}{
		"that is new":     {nil, []string{start}, ""},
		"that is there":   {map[string]string{"StartTransientUnit": "org.freedesktop.systemd1.UnitExists"}, []string{start, "SetUnitProperties[a-b.slice 1 [" + numbers + "]]"}, ""},
		"that may not be": {map[string]string{"StartTransientUnit": "org.freedesktop.DBus.Error.AccessDenied"}, []string{start}, "org.freedesktop.DBus.Error.AccessDenied: no"},
	} {
		t.Run(name, func(t *testing.T) {
			systemd := newFakeSystemd(t, c.refuse, nil)
			err := limitSlice(systemd.socket, "a-b.slice", limits)
			if text := fmt.Sprint(err); (c.err == "") != (err == nil) || err != nil && text != c.err {
				t.Errorf("limitSlice = %v; want %q", err, c.err)
			}
			systemd.expect(t, c.want...)
		})
	}
}

func TestDropSlice(t *testing.T) {
	const task, machine = "/a.slice/a-m.slice/a-m-t.slice", "/a.slice/a-m.slice"
	for name, c := range map[string]struct {
		groups []string // beside its own
		want   []string
	}{
		"of a machine that is gone": {nil, []string{"StopUnit[a-m-t.slice replace]", "StopUnit[a-m.slice replace]"}},
		"of a machine":              {[]string{machine + "/docker-1.scope"}, []string{"StopUnit[a-m-t.slice replace]"}},
		"with something in it":      {[]string{task + "/docker-2.scope"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, group := range append(c.groups, task) {
				if err := os.MkdirAll(filepath.Join(root, group), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			systemd := newFakeSystemd(t, nil, func(slice string) { _ = os.RemoveAll(filepath.Join(root, sliceGroup(slice))) })
			if err := dropSlice(root, systemd.socket, "a-m-t.slice"); err != nil {
				t.Fatal(err)
			}
			systemd.expect(t, c.want...)
		})
	}
}

func TestGroupOfASlice(t *testing.T) {
	for slice, want := range map[string]string{
		"a.slice": "/a.slice", "a-b.slice": "/a.slice/a-b.slice", "a-b-c.slice": "/a.slice/a-b.slice/a-b-c.slice",
	} {
		if got := sliceGroup(slice); got != want {
			t.Errorf("%s: %s; want %s", slice, got, want)
		}
	}
}
