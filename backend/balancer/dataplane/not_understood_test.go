package dataplane_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

const behind = "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n"

// notUnderstood are requests of which a part is wrong or missing.
var notUnderstood = map[string]string{
	"a bad chunk":              "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"one after a good one":     "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0x5\r\n",
	"lines that end in LF":     "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nabcde\n0\n\n",
	"no line behind a chunk":   "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX",
	"a bad trailer":            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno field\r\n\r\n",
	"a trailer with a return":  "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\rc\r\n\r\n",
	"a trailer without end":    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: " + strings.Repeat("b", 5000) + "\r\n\r\n",
	"a bad chunk, early":       "POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"one behind others, early": "POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\nzz\r\n",
	"chunks in HTTP/1.0":       "POST /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"length and chunks":        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"a bad head":               "GET /a HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n",
	"a bad line":               "GET  /a b HTTP/1.1\r\nHost: a\r\n\r\n",
	"a version of no server":   "GET /a HTTP/3.1\r\nHost: a\r\n\r\n",
	"an unknown expectation":   "POST /a HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 5\r\n\r\nabcde",
	"a body that is expected":  "POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n",
	"another method":           "TRACE /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n",
	"a bad chunk, monitored":   "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}

// What is behind a request that is not understood may be its body or another request. It is
// neither: the connection is closed.
func TestBehindWhatIsNotUnderstood(t *testing.T) {
	for name, text := range notUnderstood {
		for _, mode := range []string{"defensive", "monitor"} {
			c := conversation{first: text + behind, rule: toGroup("group"), mode: mode}
			synctest.Test(t, c.hold)
			if len(c.asked) > 1 || len(c.answers) > 1 || c.took >= idleTime {
				t.Errorf("%s, %s: %q for %q, %v later", name, mode, c.answers, c.asked, c.took)
			}
		}
	}
}

// The same holds for a body that comes too late, and for what comes late behind a bad one.
func TestBehindWhatIsLate(t *testing.T) {
	for name, text := range map[string]string{
		"a length":    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n0123456789",
		"chunks":      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
		"a trailer":   "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n",
		"a head":      "GET /a HTTP/1.1\r\nHost: a\r\n",
		"a bad chunk": notUnderstood["a bad chunk"],
	} {
		for _, rule := range []balancer.Rule{toGroup("group"), fixed} {
			c := conversation{first: text, later: behind, rule: rule}
			synctest.Test(t, c.hold)
			if len(c.asked) > 1 || len(c.answers) > 1 {
				t.Errorf("%s: %q for %q", name, c.answers, c.asked)
			}
		}
	}
}

var fixed = balancer.Rule{ID: "default", Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 200, MessageBody: "fixed"}}}

// conversation is what a client says in one connection, and what comes of it.
type conversation struct {
	first, later string // later comes when the idle time has passed
	rule         balancer.Rule
	mode         string

	asked   []string // the methods that the target has seen
	answers []string
	took    time.Duration
}

func (c *conversation) hold(t *testing.T) {
	b := newBubble(t, map[string]string{"routing.http.desync_mitigation_mode": c.mode}, c.rule,
		answering(func(r *http.Request) { c.asked = append(c.asked, r.Method) }))
	defer b.end()
	conn := b.dial()
	began := time.Now()
	var writing sync.WaitGroup
	defer writing.Wait()
	defer func() { _ = conn.Close() }()
	writing.Go(func() {
		_, _ = io.WriteString(conn, c.first)
		if c.later != "" {
			time.Sleep(idleTime + time.Second)
			_, _ = io.WriteString(conn, c.later)
		}
	})
	methods, _ := requestsIn(c.first + c.later)
	for reader := bufio.NewReader(conn); ; {
		request := &http.Request{}
		if n := len(c.answers); n < len(methods) {
			request.Method = methods[n]
		}
		answer, err := http.ReadResponse(reader, request)
		if err != nil {
			break
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Errorf("%q: an answer breaks off: %v", c.first, err)
		}
		if answer.StatusCode != http.StatusContinue {
			c.answers = append(c.answers, answer.Status)
		}
	}
	c.took = time.Since(began)
}

// requestsIn is a strict reading of what a client says: the methods of all requests, the last of
// which may have a body that is wrong; and how many answers there may be.
func requestsIn(text string) (methods []string, answers int) {
	for reader := bufio.NewReader(strings.NewReader(text)); ; {
		if n := len(methods); n > 0 && methods[n-1] == http.MethodPost { // empty lines, which some clients add
			for range 4 {
				if c, _ := reader.Peek(1); len(c) == 0 || c[0] != '\r' && c[0] != '\n' {
					break
				}
				_, _ = reader.Discard(1)
			}
		}
		r, err := http.ReadRequest(reader)
		if err != nil {
			return methods, len(methods) + 1
		}
		methods = append(methods, r.Method)
		if _, err := io.Copy(io.Discard, r.Body); err != nil || r.Close {
			return methods, len(methods)
		}
	}
}

// FuzzBehindWhatIsNotUnderstood holds the balancer against that reading: it forwards and
// answers no more, and the connection ends.
func FuzzBehindWhatIsNotUnderstood(f *testing.F) {
	for _, text := range notUnderstood {
		f.Add(text, "", true)
		f.Add("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na\r\n"+text, "", true)
		f.Add(text, "0\r\n\r\n", true)
		f.Add(text, "", false)
	}
	f.Add(behind+"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde", "", true)
	f.Fuzz(func(t *testing.T, first, later string, forward bool) {
		c := conversation{first: first, rule: fixed}
		if forward {
			c.rule = toGroup("group")
		}
		if later == "" {
			c.first += behind
		} else {
			c.later = later + behind
		}
		methods, answers := requestsIn(c.first) // what comes later comes too late
		synctest.Test(t, c.hold)
		if len(c.answers) > answers || len(c.asked) > len(methods) {
			t.Fatalf("%q, later %q: %q for %q, where there are %q", first, later, c.answers, c.asked, methods)
		}
		for i, method := range c.asked {
			if method != methods[i] {
				t.Fatalf("%q, later %q: asked for %q, where there are %q", first, later, c.asked, methods)
			}
		}
	})
}
