package emulator_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// recorder notes what a script of facts calls, is answered and looks at. Its commands run one after another.
type recorder struct {
	mu     sync.Mutex
	script *factledger.Script
	fact   string
	now    *factledger.Step // the command that runs
	last   *factledger.Step // the last that ran
}

type recorderKey struct{}

// recording returns the recorder of a script; nil where none records it.
func recording(ts *testscript.TestScript) *recorder {
	r, _ := ts.Value(recorderKey{}).(*recorder)
	return r
}

// open begins a fact.
func (r *recorder) open(fact string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fact, r.script.Reached = fact, append(r.script.Reached, fact)
}

func (r *recorder) begin(step *factledger.Step) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	step.Fact = r.fact
	r.now = step
}

// end keeps the command with what it has printed.
func (r *recorder) end(stdout, stderr string, assertions ...factledger.Assertion) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil {
		return
	}
	r.now.Stdout, r.now.Stderr = stdout, stderr
	for _, a := range assertions {
		a.Fact = r.fact
		r.now.Assertions = append(r.now.Assertions, a)
	}
	r.script.Steps = append(r.script.Steps, r.now)
	r.last, r.now = r.now, nil
}

// wrap notes the requests of clients.
func (r *recorder) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		x, ok := readExchange(req)
		if !ok {
			next.ServeHTTP(w, req)
			return
		}
		kept := &keptAnswer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(kept, req)
		x.Status, x.Header, x.Answer = kept.status, w.Header().Clone(), kept.body.Bytes()
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.now != nil {
			r.now.Exchanges = append(r.now.Exchanges, x)
		}
	})
}

// readExchange reads the request of a client for an operation, and leaves it to be read again; ok is false for the emulator's own calls
// and for others.
func readExchange(req *http.Request) (x factledger.Exchange, ok bool) {
	x.Service = signedFor(req)
	if apiclient.IsOwn(req.Context()) || x.Service == "" || req.Header.Get("Upgrade") != "" {
		return x, false
	}
	body, err := io.ReadAll(req.Body)
	req.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), failing{err}), req.Body}
	x.Request = body
	_, x.Operation, _ = strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	switch {
	case x.Operation != "":
	case strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		x.Form, _ = url.ParseQuery(string(body))
		x.Operation = x.Form.Get("Action")
	default:
		x.Operation = restOperation(req.Method, req.URL.Path)
		x.Form = req.URL.Query()
	}
	return x, true
}

// failing fails if reading did.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// signedFor is the service that a request is for.
func signedFor(req *http.Request) string {
	if _, scope, signed := strings.Cut(req.Header.Get("Authorization"), "Credential="); signed {
		if parts := strings.SplitN(scope, "/", 5); len(parts) == 5 {
			return parts[3]
		}
	}
	switch prefix, _, _ := strings.Cut(req.Header.Get("X-Amz-Target"), "."); prefix {
	case "AmazonEC2ContainerServiceV20141113":
		return "ecs"
	case "CodeDeploy_20141006":
		return "codedeploy"
	}
	return ""
}

// restOperation is an operation of EventBridge Scheduler.
func restOperation(method, path string) string {
	folder, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	one := map[string]string{"schedules": "Schedule", "schedule-groups": "ScheduleGroup"}[folder]
	switch {
	case folder == "tags":
		return map[string]string{"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}[method]
	case one != "" && rest == "":
		return "List" + one + "s"
	case one != "":
		return map[string]string{"GET": "Get", "POST": "Create", "PUT": "Update", "DELETE": "Delete"}[method] + one
	}
	return ""
}

type keptAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (k *keptAnswer) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

func (k *keptAnswer) Write(p []byte) (int, error) {
	k.body.Write(p)
	return k.ResponseWriter.Write(p)
}

func (k *keptAnswer) Unwrap() http.ResponseWriter { return k.ResponseWriter }

// withSaw returns a script of facts with a line behind each of its assertions, which tells the recorder that it has held.
func withSaw(text string) string {
	script, files, more := strings.Cut(text, "\n-- ")
	var b strings.Builder
	for line := range strings.Lines(script + "\n") {
		b.WriteString(line)
		held, negated := strings.CutPrefix(line, "! ")
		for _, command := range []string{"stdout ", "stderr ", "cmp ", "cmpenv "} {
			if strings.HasPrefix(held, command) {
				b.WriteString(map[bool]string{false: "saw ", true: "! saw "}[negated] + held)
			}
		}
	}
	b.WriteString("saw end\n")
	if more {
		b.WriteString("-- " + files)
	}
	return b.String()
}

// scriptSaw tells the recorder of a line of a script that has held.
func scriptSaw(ts *testscript.TestScript, neg bool, args []string) {
	r := recording(ts)
	if args[0] == "end" {
		r.script.Failed = false
		r.prove(ts)
		return
	}
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	a := factledger.Assertion{Fact: r.fact, Stream: args[0], Negated: neg}
	switch {
	case args[0] == "cmp" || args[0] == "cmpenv":
		if len(args) != 3 || args[1] != "stdout" && args[1] != "stderr" {
			return
		}
		text := ts.ReadFile(args[2])
		if args[0] == "cmpenv" {
			text = ts.ReadFile(args[1]) // it has held, so they are the same
		}
		a.Stream, a.Text = args[1], &text
	case strings.HasPrefix(args[1], "-count="):
		a.Count, a.Pattern = atoi(strings.TrimPrefix(args[1], "-count=")), args[2]
	default:
		a.Pattern = args[1]
	}
	r.saw(stdout, stderr, a)
}

// saw keeps an assertion that has held, if it is about what the last command has printed.
func (r *recorder) saw(stdout, stderr string, a factledger.Assertion) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && r.last.Stdout == stdout && r.last.Stderr == stderr {
		r.last.Assertions = append(r.last.Assertions, a)
	}
}

func atoi(text string) (n int) {
	for _, c := range text {
		n = 10*n + int(c-'0')
	}
	return n
}
