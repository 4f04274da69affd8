package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/google/uuid"
)

// Upstream is a server that has the services which are not here.
type Upstream struct {
	URL *url.URL
	// CheckAccount has it asked for its account with the first request that is sent there, and
	// the log tell if that is not the one here.
	CheckAccount bool

	transport *http.Transport
	id        string   // of this way there
	told      sync.Map // services of which the log has told that they act on its ECS

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	mu      sync.Mutex // of checked
	checked bool       // it has told its account, or is being asked
	asking  sync.WaitGroup
}

// NewUpstream is the way to a server whose address ParseUpstream has read.
func NewUpstream(to *url.URL) *Upstream {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // or it would ask for it, and unpack answers
	transport.MaxIdleConnsPerHost = transport.MaxIdleConns
	u := &Upstream{URL: to, transport: transport, id: uuid.NewString()}
	u.ctx, u.cancel = context.WithCancel(context.Background())
	return u
}

// Close ends what is asked for, and idle connections.
func (u *Upstream) Close() {
	u.mu.Lock()
	u.cancel()
	u.mu.Unlock()
	u.asking.Wait()
	u.transport.CloseIdleConnections()
}

// passedBy names in a request each emulator that has sent it on, so that none sends it on twice.
// No signature covers it.
const passedBy = "X-Ecs-Emulator-Passed-By"

// ParseUpstream reads the address of an upstream: scheme, host and port of a server that
// speaks for AWS, such as moto or LocalStack.
func ParseUpstream(address string) (*url.URL, error) {
	to, err := url.Parse(address)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return nil, fmt.Errorf("upstream %q is no URL such as http://127.0.0.1:5000", address)
	case to.User != nil || strings.Trim(to.Path, "/") != "" || to.RawQuery != "" || to.Fragment != "":
		return nil, fmt.Errorf("upstream %q has more than scheme, host and port: requests keep their paths, which are signed", to.Redacted())
	case arn.IsAWSHost(hostName(to.Host)):
		return nil, fmt.Errorf("upstream %q is AWS: requests are signed for the host name that the client sent them to, "+
			"which is the emulator's, and AWS would refuse each of them. Let the client go there itself, by AWS_ENDPOINT_URL_<SERVICE> or the SDK's settings", address)
	}
	return &url.URL{Scheme: to.Scheme, Host: to.Host}, nil
}

// proxy sends requests on as they came: signatures cover the host, the path as it is written,
// and headers.
func (u *Upstream) proxy(e *endpoint) http.Handler {
	to := u.URL
	return &httputil.ReverseProxy{
		Transport:     u.transport,
		FlushInterval: -1, // events of a stream are answers to a client that waits
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.URL.RawQuery = to.Scheme, to.Host, r.In.URL.RawQuery
			keepPath(r)
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if values, found := r.In.Header[name]; found {
					r.Out.Header[name] = values
				}
			}
			r.Out.Header.Add(passedBy, u.id)
			r.Out.Trailer = r.In.Trailer // which is filled in when the body has been read
		},
		ModifyResponse: func(answer *http.Response) error {
			r := answer.Request
			scope, _, _ := awsapi.ScopeOf(r)
			level := slog.LevelInfo
			if r.Context().Value(quiet{}) != nil {
				level = slog.LevelDebug
			}
			e.Log.Log(r.Context(), level, "request forwarded", "service", scope.Service, "method", r.Method, "path", r.URL.Path,
				"target", r.Header.Get("X-Amz-Target"), "status", answer.StatusCode)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { e.upstreamFailed(w, r, to, err) },
		ErrorLog:     log.New(logWriter{e.Log}, "", 0),
	}
}

// quiet is a key of contexts.
type quiet struct{}

// Quietly is the context of requests that are sent on all the time, of which the log tells only at
// its finest.
func Quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quiet{}, true) }

// keepPath has a path written as it came, where net/url would write it otherwise.
func keepPath(r *httputil.ProxyRequest) {
	path, _, _ := strings.Cut(r.In.RequestURI, "?")
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && path != r.Out.URL.EscapedPath() {
		r.Out.URL.Opaque = path
	}
}

// forward sends a request for a service that is not here to the upstream, if its caller may make it.
func (e *endpoint) forward(w http.ResponseWriter, r *http.Request) { e.forwardIf(w, r, e.refusalOf) }

// forwardAllowed sends a request to the upstream that a service which is here leaves to it, when it has asked whether the caller
// may make it.
func (e *endpoint) forwardAllowed(w http.ResponseWriter, r *http.Request) {
	e.forwardIf(w, r, func(http.ResponseWriter, *http.Request) *awsapi.Error { return nil })
}

func (e *endpoint) forwardIf(w http.ResponseWriter, r *http.Request, refusalOf func(http.ResponseWriter, *http.Request) *awsapi.Error) {
	if reason := e.guard.forwardRefusal(r); reason != "" {
		e.keepOut(w, r, reason)
		return
	}
	if slices.Contains(r.Header.Values(passedBy), e.Upstream.id) {
		e.loops(w, r)
		return
	}
	if refusal := refusalOf(w, r); refusal != nil {
		e.refuse(w, refusal, writer(r))
		return
	}
	for name := range keptFromPages { // of pages forwardRefusal has let none by
		w.Header().Del(name)
	}
	e.warnOfECS(r)
	e.Upstream.checkAccount(e.account(), e.Log)
	// An answer may begin before the request has ended. Not every writer has this, and none
	// needs it.
	_ = http.NewResponseController(w).EnableFullDuplex()
	e.upstream.ServeHTTP(w, r)
}

// account is the account of requests here whose keys name none.
func (e *endpoint) account() string { return cmp.Or(e.Options.Account, awsapi.DefaultAccount) }

// loops answers what has been sent on from here before. SDKs do not try it again.
func (e *endpoint) loops(w http.ResponseWriter, r *http.Request) {
	e.refuse(w, &awsapi.Error{
		Code: "UpstreamLoopException", Status: http.StatusLoopDetected,
		Message: fmt.Sprintf("ecs-emulator does not have %s, and its upstream %s sends it back here: the flags --upstream lead round in a circle.", subject(r), e.Upstream.URL),
	}, writer(r))
}

// subject is what a request is for, for people.
func subject(r *http.Request) string {
	if call := awsapi.FromContext(r.Context()); call.Operation != "" {
		return call.Service + " " + call.Operation
	}
	scope, _, _ := awsapi.ScopeOf(r)
	return cmp.Or(r.Header.Get("X-Amz-Target"), scope.Service, r.Method+" "+r.URL.Path)
}

// upstreamFailed answers where the upstream does not. SDKs try again.
func (e *endpoint) upstreamFailed(w http.ResponseWriter, r *http.Request, to *url.URL, err error) {
	if r.Context().Err() != nil {
		return // no client reads it
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	if r.ContentLength != 0 {
		// As answers may begin before a request has ended, the rest of this one may be unread:
		// net/http would do so beside the next one, and panic.
		w.Header().Set("Connection", "close")
	}
	e.refuse(w, &awsapi.Error{
		Code: "UpstreamUnavailableException", Status: http.StatusBadGateway,
		Message: strings.Join(strings.Fields(fmt.Sprintf("ecs-emulator does not have %s, and its upstream %s does not answer: %v.", subject(r), to, err)), " "),
	}, writer(r))
}

// logWriter leads what the proxy says, such as of an answer that broke off, to the log.
type logWriter struct{ to *slog.Logger }

func (l logWriter) Write(line []byte) (int, error) {
	l.to.Warn("upstream", "problem", strings.TrimSpace(string(line)))
	return len(line), nil
}
