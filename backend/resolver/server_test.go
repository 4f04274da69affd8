package resolver

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// question is a message that asks for a name; size is that of EDNS, if it is not 0.
func question(t testing.TB, name string, of dnsmessage.Type, size int) []byte {
	t.Helper()
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 4711, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: of, Class: dnsmessage.ClassINET}},
	}
	if size > 0 {
		var h dnsmessage.ResourceHeader
		if err := h.SetEDNS0(size, 0, false); err != nil {
			t.Fatal(err)
		}
		m.Additionals = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.OPTResource{}}}
	}
	message, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return message
}

func unpack(t testing.TB, reply []byte) (m dnsmessage.Message) {
	t.Helper()
	if err := m.Unpack(reply); err != nil {
		t.Fatalf("the answer %q is none: %v", reply, err)
	}
	return m
}

// serve runs a server on a port of this host, over UDP and TCP.
func serve(t testing.TB, s *Server) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(l.Addr().(*net.TCPAddr).AddrPort()))
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 2)
	go func() { over <- s.ServeTCP(l) }()
	go func() { over <- s.ServeUDP(packets) }()
	t.Cleanup(func() {
		_ = l.Close()
		_ = packets.Close()
		if err := errors.Join(<-over, <-over); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func TestServer(t *testing.T) {
	t.Parallel()
	ports := Name{Name: "ports", Sets: set("SRV"), Records: instances(8)}
	strange := []byte("\x12\x34\x81\x80 what an upstream says, byte for byte")
	asked := make(chan []byte, 10)
	s := &Server{Table: table(t, Name{Name: "api", Sets: set("A"), Records: instances(2)}, ports)}
	s.Upstream = func(_ context.Context, network string, message []byte) ([]byte, error) {
		asked <- bytes.Clone(message)
		if network == "tcp" {
			return nil, errors.New("no answer")
		}
		return strange, nil
	}
	ask := Servers([]string{serve(t, s)})
	send := func(network string, message []byte) []byte {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		reply, err := ask(ctx, network, message)
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	m := unpack(t, send("udp", question(t, "aPi.shop.local.", dnsmessage.TypeA, 0)))
	if h := m.Header; h.ID != 4711 || !h.Response || h.Authoritative || !h.RecursionDesired || !h.RecursionAvailable || h.RCode != 0 || h.Truncated {
		t.Errorf("the header is %+v", h)
	}
	if len(m.Answers) != 2 || m.Answers[0].Header.Name.String() != "aPi.shop.local." || m.Questions[0].Name.String() != "aPi.shop.local." || len(m.Additionals) != 0 {
		t.Errorf("the answer is %+v", m)
	}
	m = unpack(t, send("udp", question(t, "ports.shop.local.", dnsmessage.TypeSRV, 0)))
	if !m.Truncated && len(m.Answers) != 8 || len(m.Additionals) != 0 {
		t.Errorf("in 512 bytes: %+v", m)
	}
	for _, network := range []string{"udp", "tcp"} {
		m = unpack(t, send(network, question(t, "ports.shop.local.", dnsmessage.TypeSRV, 1232)))
		if m.Truncated || len(m.Answers) != 8 || len(m.Additionals) != 9 || m.Additionals[8].Header.Type != dnsmessage.TypeOPT {
			t.Errorf("in 1232 bytes over %s: %+v", network, m)
		}
	}
	elsewhere := question(t, "example.com.", dnsmessage.TypeTXT, 4096)
	elsewhere[0], elsewhere[1] = 0x12, 0x34
	if got := send("udp", elsewhere); !bytes.Equal(got, strange) || !bytes.Equal(<-asked, elsewhere) {
		t.Errorf("what is not ours: %q", got)
	}
	if m = unpack(t, send("tcp", elsewhere)); m.RCode != dnsmessage.RCodeServerFailure {
		t.Errorf("elsewhere is no answer: %+v", m)
	}
	none := &Server{Table: NewTable()}
	if reply, _ := none.answer(elsewhere, false); unpack(t, reply).RCode != dnsmessage.RCodeRefused {
		t.Error("without an upstream there is an answer")
	}
}

// What is longer than a datagram has as many records as fit, and says that there are more: resolvers that know no TCP, such
// as musl's up to 1.2.3, go by these.
func TestALongAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ records, idLength, size, fit int }{{8, 32, 0, 6}, {8, 63, 0, 4}, {8, 63, 512, 4}, {8, 63, 1232, 8}, {1, 63, 0, 1}} {
		long := Name{Name: "ports", Sets: set("SRV")}
		for i := range c.records {
			long.Records = append(long.Records, Record{ID: strings.Repeat(string(rune('a'+i)), c.idLength), IPv4: netip.MustParseAddr("10.0.0.1"), Port: 80})
		}
		s := &Server{Table: table(t, long)}
		reply, _ := s.answer(question(t, "ports.shop.local.", dnsmessage.TypeSRV, c.size), false)
		m := unpack(t, reply)
		if len(reply) > max(c.size, 512) || len(m.Answers) != c.fit || m.Truncated != (c.fit < c.records) || len(m.Questions) != 1 {
			t.Errorf("%+v: %d answers in %d bytes, truncated: %v", c, len(m.Answers), len(reply), m.Truncated)
		}
	}
}

// A CNAME leads elsewhere: the answer says what is there.
func TestAnAnswerFollowsACNAME(t *testing.T) {
	s := &Server{Table: table(t, Name{Name: "out", Sets: set("CNAME"), Weighted: true, Records: []Record{{ID: "1", CNAME: "www.example.com"}}})}
	s.Upstream = func(_ context.Context, _ string, message []byte) ([]byte, error) {
		m := unpack(t, message)
		if name := m.Questions[0].Name; name.String() != "www.example.com." {
			return nil, errors.New("asked for " + name.String())
		}
		m.Response = true
		m.Answers = []dnsmessage.Resource{resource(m.Questions[0].Name, dnsmessage.TypeA, 5, &dnsmessage.AResource{A: at(9).As4()})}
		return m.Pack()
	}
	message := question(t, "out.shop.local.", dnsmessage.TypeA, 0)
	if _, elsewhere := s.answer(message, false); !elsewhere {
		t.Fatal("nothing is asked")
	}
	m := unpack(t, s.ask(message, false))
	if len(m.Answers) != 2 || record(m.Answers[0]) != "10 www.example.com." || record(m.Answers[1]) != "5 10.0.0.9" || m.ID != 4711 {
		t.Errorf("the answer is %+v", m)
	}
}

// What is elsewhere may be too long for a datagram: it is asked for over TCP.
func TestAnAnswerFollowsACNAMEToALongOne(t *testing.T) {
	s := &Server{Table: table(t, Name{Name: "out", Sets: set("CNAME"), Records: []Record{{ID: "1", CNAME: "www.example.com"}}})}
	s.Upstream = func(_ context.Context, network string, message []byte) ([]byte, error) {
		m := unpack(t, message)
		m.Response, m.Truncated = true, network == "udp"
		for i := range 40 {
			if !m.Truncated {
				m.Answers = append(m.Answers, resource(m.Questions[0].Name, dnsmessage.TypeA, 5, &dnsmessage.AResource{A: at(i).As4()}))
			}
		}
		return m.Pack()
	}
	for stream, want := range map[bool]struct {
		size, answers int
		truncated     bool
	}{false: {512, 28, true}, true: {0, 41, false}} {
		m := unpack(t, s.ask(question(t, "out.shop.local.", dnsmessage.TypeA, want.size), stream))
		if len(m.Answers) != want.answers || m.Truncated != want.truncated {
			t.Errorf("over TCP %v: %d answers, truncated %v", stream, len(m.Answers), m.Truncated)
		}
	}
}

// The memory of a resolver is small, and hundreds of questions may wait for what is said elsewhere.
func TestLongMessagesAreNotKept(t *testing.T) {
	t.Parallel()
	asked := make(chan int, 10)
	s := &Server{Table: NewTable(), Upstream: func(_ context.Context, _ string, message []byte) ([]byte, error) {
		asked <- len(message)
		return append(bytes.Clone(message), make([]byte, 5000)...), nil
	}}
	address := serve(t, s)
	ask := Servers([]string{address})
	message := question(t, "example.com.", dnsmessage.TypeA, 4096)
	long := append(bytes.Clone(message), make([]byte, 5000)...)
	reply, err := ask(t.Context(), "udp", long)
	if err != nil || unpack(t, reply).RCode != dnsmessage.RCodeFormatError {
		t.Errorf("a long message is answered with %q, %v", reply, err)
	}
	if reply, err := ask(t.Context(), "tcp", long); err == nil {
		t.Errorf("a long message over TCP is answered with %q", reply)
	}
	if len(asked) > 0 {
		t.Error("a long message is passed on")
	}
	reply, err = ask(t.Context(), "udp", message)
	if m := unpack(t, reply); err != nil || !m.Truncated || len(m.Questions) != 1 || m.ID != 4711 {
		t.Errorf("a long answer is %+v, %v", m, err)
	}
}

func TestBadMessages(t *testing.T) {
	s := &Server{Table: table(t, Name{Name: "api", Sets: set("A"), Records: instances(1)})}
	good := question(t, "api.shop.local.", dnsmessage.TypeA, 1232)
	change := func(at int, to byte) []byte {
		c := bytes.Clone(good)
		c[at] = to
		return c
	}
	for what, c := range map[string]struct {
		message []byte
		want    dnsmessage.RCode
		silent  bool
	}{
		"no header":           {message: good[:11], silent: true},
		"an answer":           {message: change(2, 0x81), silent: true},
		"an update":           {message: change(2, 5<<3), want: dnsmessage.RCodeNotImplemented},
		"no question":         {message: change(5, 0), want: dnsmessage.RCodeFormatError},
		"two questions":       {message: change(5, 2), want: dnsmessage.RCodeFormatError},
		"half a question":     {message: good[:20], want: dnsmessage.RCodeFormatError},
		"half a record":       {message: good[:len(good)-3], want: dnsmessage.RCodeFormatError},
		"a later EDNS":        {message: change(len(good)-5, 1), want: dnsmessage.RCodeSuccess}, // with an extended code
		"a class of its own":  {message: change(len(good)-12, 3), want: dnsmessage.RCodeRefused},
		"as it should be":     {message: good, want: dnsmessage.RCodeSuccess},
		"a name in a pointer": {message: change(12, 0xc0), want: dnsmessage.RCodeFormatError},
	} {
		reply, elsewhere := s.answer(c.message, false)
		if c.silent {
			if reply != nil || elsewhere {
				t.Errorf("%s is answered with %q", what, reply)
			}
			continue
		}
		if m := unpack(t, reply); m.RCode != c.want || m.ID != 4711 {
			t.Errorf("%s is answered with %+v", what, m)
		}
	}
	m := unpack(t, func() []byte { reply, _ := s.answer(change(len(good)-5, 1), false); return reply }())
	if len(m.Additionals) != 1 || m.Additionals[0].Header.ExtendedRCode(m.RCode) != badVersion || len(m.Answers) != 0 {
		t.Errorf("a later EDNS: %+v", m)
	}
}

// A connection carries several messages, and ends with one that is none.
func TestAConnection(t *testing.T) {
	t.Parallel()
	conn, err := net.Dial("tcp", serve(t, &Server{Table: table(t, Name{Name: "api", Sets: set("A"), Records: instances(1)})}))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	message := question(t, "api.shop.local.", dnsmessage.TypeA, 0)
	framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
	if _, err := conn.Write(append(bytes.Repeat(framed, 3), 0, 1, 'x')); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for ; len(said) > 2; count++ {
		length := int(binary.BigEndian.Uint16(said))
		if m := unpack(t, said[2:2+length]); len(m.Answers) != 1 {
			t.Errorf("answer %d is %+v", count, m)
		}
		said = said[2+length:]
	}
	if count != 3 {
		t.Errorf("%d answers", count)
	}
}

func TestConfigured(t *testing.T) {
	got := Configured("# by hand\nsearch local\nnameserver 127.0.0.11\nnameserver\nnameserver fd00::1\noptions ndots:0\n")
	if len(got) != 2 || got[0] != "127.0.0.11:53" || got[1] != "[fd00::1]:53" {
		t.Errorf("%q", got)
	}
}

// Anything may come in: each answer is a message, within the size that its client takes.
func FuzzMessage(f *testing.F) {
	for _, name := range []string{"api.shop.local.", "ports.shop.local.", "out.shop.local.", "shop.local.", "example.com.", "."} {
		for _, of := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeSRV, dnsmessage.TypeSOA, dnsmessage.TypeCNAME} {
			f.Add(question(f, name, of, 0))
			f.Add(question(f, name, of, 1232))
		}
	}
	all := NewTable()
	for _, p := range []Piece{
		{Zone: &Zone{ID: "ns-1", Name: "shop.local"}},
		{Name: &Name{ID: "1", Zone: "ns-1", Name: "api", Sets: set("A"), Records: instances(9)}},
		{Name: &Name{ID: "2", Zone: "ns-1", Name: "ports", Sets: set("SRV"), Records: instances(20)}},
		{Name: &Name{ID: "3", Zone: "ns-1", Name: "out", Sets: set("CNAME"), Records: []Record{{ID: "1", CNAME: "www.example.com"}}}},
	} {
		if err := all.Set(p); err != nil {
			f.Fatal(err)
		}
	}
	echo := &Server{Table: all, Upstream: func(_ context.Context, _ string, message []byte) ([]byte, error) { return message, nil }}
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, stream := range []bool{false, true} {
			reply, elsewhere := echo.answer(message, stream)
			if elsewhere {
				echo.ask(message, stream)
				continue
			}
			if len(reply) == 0 {
				continue
			}
			m := unpack(t, reply)
			q, _ := read(message)
			if m.ID != q.header.ID || !m.Response || !stream && len(reply) > q.size {
				t.Errorf("%q is answered with %d bytes: %+v", message, len(reply), m)
			}
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	all := NewTable()
	_ = all.Set(Piece{Zone: &Zone{ID: "ns-1", Name: "shop.local"}})
	_ = all.Set(Piece{Name: &Name{ID: "1", Zone: "ns-1", Name: "api", Sets: set("A"), Records: instances(8)}})
	s, message := &Server{Table: all}, question(b, "api.shop.local.", dnsmessage.TypeA, 0)
	b.ReportAllocs()
	for b.Loop() {
		s.answer(message, false)
	}
}

// BenchmarkGoalAnswers asks over UDP for a name with eight addresses, by eight clients, each when it has its answer.
func BenchmarkGoalAnswers(b *testing.B) {
	const clients, during = 8, time.Second
	all := NewTable()
	for _, p := range []Piece{
		{Zone: &Zone{ID: "ns-1", Name: "shop.local"}},
		{Name: &Name{ID: "1", Zone: "ns-1", Name: "api", Sets: set("A"), Records: instances(8)}},
	} {
		if err := all.Set(p); err != nil {
			b.Fatal(err)
		}
	}
	address, message := serve(b, &Server{Table: all}), question(b, "api.shop.local.", dnsmessage.TypeA, 0)
	for b.Loop() {
		var asking sync.WaitGroup
		var mu sync.Mutex
		var took []time.Duration
		began := time.Now()
		for range clients {
			asking.Go(func() {
				list, err := askFor(address, message, began.Add(during))
				if err != nil {
					b.Error(err)
				}
				mu.Lock()
				took = append(took, list...)
				mu.Unlock()
			})
		}
		asking.Wait()
		if len(took) == 0 {
			b.Fatal("nothing is answered")
		}
		b.ReportMetric(float64(len(took))/time.Since(began).Seconds(), "answers/s≥20000")
		slices.Sort(took)
		b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "ms-p99≤1")
	}
}

// askFor asks the same again and again until a time. An answer has the eight addresses, or is an error.
func askFor(address string, message []byte, until time.Time) (took []time.Duration, err error) {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	answer := make([]byte, 4096)
	for now := time.Now(); now.Before(until); {
		if err := conn.SetDeadline(now.Add(5 * time.Second)); err != nil {
			return took, err
		}
		if _, err := conn.Write(message); err != nil {
			return took, err
		}
		n, err := conn.Read(answer)
		if err != nil {
			return took, err
		}
		if n < 12 || answer[3]&0xf != 0 || binary.BigEndian.Uint16(answer[6:]) != 8 {
			return took, fmt.Errorf("answered with %q", answer[:n])
		}
		then := time.Now()
		took, now = append(took, then.Sub(now)), then
	}
	return took, nil
}
