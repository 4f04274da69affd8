package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// ParseUpstream reads the address of an upstream: scheme, host and port of a server that
// speaks for AWS, such as moto or LocalStack.
func ParseUpstream(address string) (*url.URL, error) {
	to, err := url.Parse(address)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return nil, fmt.Errorf("upstream %q is no URL such as http://127.0.0.1:5000", address)
	case to.User != nil || strings.Trim(to.Path, "/") != "" || to.RawQuery != "" || to.Fragment != "":
		return nil, fmt.Errorf("upstream %q has more than scheme, host and port: requests keep their paths, which are signed", to.Redacted())
	case isAWS(hostName(to.Host)):
		return nil, fmt.Errorf("upstream %q is AWS: requests are signed for the host name that the client sent them to, "+
			"which is the emulator's, and AWS would refuse each of them. Let the client go there itself, by AWS_ENDPOINT_URL_<SERVICE> or the SDK's settings", address)
	}
	return &url.URL{Scheme: to.Scheme, Host: to.Host}, nil
}

// awsDomains are those of AWS's endpoints.
// Source: partitions of the SDK's endpoint rules; on.aws is that of function URLs.
var awsDomains = []string{
	"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "on.aws",
	"api.amazonwebservices.com.cn", "api.amazonwebservices.eu",
	"c2s.ic.gov", "sc2s.sgov.gov", "csp.hci.ic.gov", "cloud.adc-e.uk",
	"api.aws.ic.gov", "api.aws.scloud", "api.aws.hci.ic.gov", "api.cloud-aws.adc-e.uk",
}

func isAWS(name string) bool {
	for _, domain := range awsDomains {
		if name == domain || strings.HasSuffix(name, "."+domain) {
			return true
		}
	}
	return false
}

// newUpstream is the way to a server that has the services which are not here. What is sent
// on is what came: signatures cover the host, the path as it is written, and headers.
func newUpstream(to *url.URL, e *endpoint) http.Handler {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // or it would ask for it, and unpack answers
	transport.MaxIdleConnsPerHost = transport.MaxIdleConns
	return &httputil.ReverseProxy{
		Transport:     transport,
		FlushInterval: -1, // events of a stream are answers to somebody who waits
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.URL.RawQuery = to.Scheme, to.Host, r.In.URL.RawQuery
			keepPath(r)
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if values, found := r.In.Header[name]; found {
					r.Out.Header[name] = values
				}
			}
			r.Out.Trailer = r.In.Trailer // which is filled in when the body has been read
		},
		ModifyResponse: func(answer *http.Response) error {
			r := answer.Request
			scope, _, _ := awsapi.ScopeOf(r)
			e.Log.Info("request forwarded", "service", scope.Service, "method", r.Method, "path", r.URL.Path,
				"target", r.Header.Get("X-Amz-Target"), "status", answer.StatusCode)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { e.upstreamFailed(w, r, to, err) },
		ErrorLog:     log.New(logWriter{e.Log}, "", 0),
	}
}

// keepPath has a path written as it came, where net/url would write it otherwise.
func keepPath(r *httputil.ProxyRequest) {
	path, _, _ := strings.Cut(r.In.RequestURI, "?")
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && path != r.Out.URL.EscapedPath() {
		r.Out.URL.Opaque = path
	}
}

// forward sends a request to the upstream.
func (e *endpoint) forward(w http.ResponseWriter, r *http.Request) {
	if reason := e.guard.forwardRefusal(r); reason != "" {
		e.keepOut(w, r, reason)
		return
	}
	// An answer may begin before the request has ended. Not every writer has this, and none
	// needs it.
	_ = http.NewResponseController(w).EnableFullDuplex()
	e.upstream.ServeHTTP(w, r)
}

// upstreamFailed answers where the upstream does not. SDKs try again.
func (e *endpoint) upstreamFailed(w http.ResponseWriter, r *http.Request, to *url.URL, err error) {
	if r.Context().Err() != nil {
		return // nobody reads it
	}
	scope, _, _ := awsapi.ScopeOf(r)
	what := cmp.Or(r.Header.Get("X-Amz-Target"), scope.Service, r.Method+" "+r.URL.Path)
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	e.refuse(w, &awsapi.Error{
		Code: "UpstreamUnavailableException", Status: http.StatusBadGateway,
		Message: strings.Join(strings.Fields(fmt.Sprintf("ecs-emulator does not have %s, and its upstream %s does not answer: %v.", what, to, err)), " "),
	}, writer(r))
}

// logWriter leads what the proxy says, such as of an answer that broke off, to the log.
type logWriter struct{ to *slog.Logger }

func (l logWriter) Write(line []byte) (int, error) {
	l.to.Warn("upstream", "problem", strings.TrimSpace(string(line)))
	return len(line), nil
}
